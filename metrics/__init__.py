"""What is measured: one file a metric. The suite's definitions of realistic, varied, original and useful."""
