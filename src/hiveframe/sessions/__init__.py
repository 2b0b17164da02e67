"""The whole pipeline on one screen: analyse, optimise, execute; and the commands of a session."""
