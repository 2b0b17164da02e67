"""The `hiveframe` command: run a job, ask in SQL, serve Spark Connect, look at the installation."""
