-- Who may use the console. Of links and cookies their SHA-256 is kept.

-- Printed by `login-link`: each lets in once.
CREATE TABLE login_links (
    hash BYTEA PRIMARY KEY NOT NULL,
    operator TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Browsers that were let in. `seen_at`: the last page that was asked for.
CREATE TABLE logins (
    hash BYTEA PRIMARY KEY NOT NULL,
    operator TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
