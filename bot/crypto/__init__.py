"""Every secret and what is made with it: keys, sealed envelopes and signatures."""
