"""The plan: the one seat of execution, where descriptions meet memory."""
