"""Key figures of a shop, by placement, trigger, offer and channel, summed where the rows lie."""
