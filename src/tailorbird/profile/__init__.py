"""What do we know? Events become a profile: who somebody is, what they want now, what they like."""
