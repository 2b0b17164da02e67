"""TPC-H and TPC-DS: generated data and query texts, for the benchmarks and the tests."""
