"""Purchase intent: features, trees, calibration, judging."""
