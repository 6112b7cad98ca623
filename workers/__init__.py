"""From payload to feature: detectors, corrections, features and the pipeline that runs them on a batch."""
