"""What networks are made of. So far: optimizers."""
