"""Questions put to models and data, answered with numbers that pages, benchmarks and tests share."""
