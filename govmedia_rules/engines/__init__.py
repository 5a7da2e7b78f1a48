"""The same judgement at the size of a country: record batches, files, Spark. No engine decides anything itself."""
