"""OpenID Connect: who a person is by the word of an identity provider of the city's choice."""
