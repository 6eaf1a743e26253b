"""Who may do what: keys, their scopes, and the signed word of a shop about its user."""
