"""The same judgement at the size of a country: record batches, files, Spark, Dask. No engine decides anything itself."""
