"""Who sees what? Experiments and flags: assignment, exposure, what files may say of them."""
