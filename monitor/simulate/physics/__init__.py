"""What happens in the sample, the beam and the sensor: arrays in, arrays out, no formats."""
