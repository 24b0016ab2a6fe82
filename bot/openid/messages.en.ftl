# Identity providers, in files of the data folder.

openid-name = a provider is named by small letters, digits and hyphens, at most 32
openid-bad-issuer = the issuer is an address that begins with https://, without ? and #
openid-no-client = client_id and client_secret are those that the provider has for this service
openid-bad-label = the label says what pages call the provider, in each of { $languages }
openid-bad-use = there is no such use; the uses are { $uses }
openid-two-for-citizens = another provider is for citizens already; with two, one person could count twice
openid-bad-claims = the claims that can be named are { $claims }
openid-no-groups = say under «groups» which group gets which role; without one nobody could sign in
