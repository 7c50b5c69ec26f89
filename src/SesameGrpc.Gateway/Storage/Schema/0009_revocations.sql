-- Access tokens that count no more, by their jti, or by the authorization whose code was used twice. Kept until no token of theirs can be unexpired.
CREATE TABLE revoked_tokens (
    token_id  TEXT   NOT NULL PRIMARY KEY,
    expire_us BIGINT NOT NULL
);
