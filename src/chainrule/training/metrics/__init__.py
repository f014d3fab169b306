"""Metrics: targets compared with what one network predicts, or each member of a population."""
