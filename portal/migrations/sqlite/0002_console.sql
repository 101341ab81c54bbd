-- Who may use the console. Of links and cookies their SHA-256 is kept.

-- Printed by `login-link`: each lets in once.
CREATE TABLE login_links (
    hash BLOB PRIMARY KEY NOT NULL,
    operator TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Browsers that were let in. `seen_at`: the last page that was asked for.
CREATE TABLE logins (
    hash BLOB PRIMARY KEY NOT NULL,
    operator TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
