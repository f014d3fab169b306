"""A package, so that its tests share one browser and one server in each process of the tests."""
