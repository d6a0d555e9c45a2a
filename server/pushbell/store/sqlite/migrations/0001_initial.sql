CREATE TABLE messages (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    topic           TEXT NOT NULL,
    event           TEXT NOT NULL,
    time            INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    cached          INTEGER NOT NULL,
    sequence_id     TEXT NOT NULL,
    title           TEXT NOT NULL,
    message         TEXT NOT NULL,
    priority        INTEGER NOT NULL,
    tags            TEXT NOT NULL, -- a JSON array
    click           TEXT NOT NULL,
    icon            TEXT NOT NULL,
    content_type    TEXT NOT NULL,
    extras          TEXT,          -- a JSON object, as it came
    gotify_priority INTEGER,
    owed            INTEGER NOT NULL DEFAULT 0 -- how many devices were to get it
) STRICT;
CREATE INDEX messages_by_topic ON messages (topic, seq, time, cached); -- the last two answer "since when" from the index
CREATE INDEX messages_by_sequence ON messages (topic, sequence_id, seq) WHERE sequence_id <> '';
CREATE INDEX messages_by_expiry ON messages (expires);
CREATE INDEX messages_uncached ON messages (seq) WHERE cached = 0;

CREATE TABLE devices (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    endpoint   TEXT NOT NULL UNIQUE,
    service    TEXT NOT NULL,
    p256dh     TEXT NOT NULL, -- this and the other bytes in base64: rows travel as JSON, one step of SQLite for many
    auth       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    secret     TEXT NOT NULL,
    activation TEXT NOT NULL,
    vapid_key  TEXT NOT NULL,
    origin     TEXT NOT NULL,
    name       TEXT NOT NULL,
    size_limit INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    receipt_at INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_by_state ON devices (state, seen_at);
CREATE TRIGGER device_changed AFTER UPDATE OF state, service ON devices BEGIN
    UPDATE subscriptions SET service = iif(new.state = 'active', new.service, '') WHERE device = new.number;
END;

-- `service` is non-empty while the device can receive: only such subscriptions are counted in `audiences` and walked by fan-outs.
CREATE TABLE subscriptions (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    device       INTEGER NOT NULL REFERENCES devices (number) ON DELETE CASCADE,
    topic        TEXT NOT NULL,
    service      TEXT NOT NULL,
    min_priority INTEGER NOT NULL,
    muted_until  INTEGER NOT NULL,
    UNIQUE (device, topic)
) STRICT;
CREATE INDEX subscriptions_by_topic ON subscriptions (topic, service, number);

-- How many subscriptions a topic has at each push service, so that a publish need not count them.
CREATE TABLE audiences (
    topic   TEXT NOT NULL,
    service TEXT NOT NULL,
    size    INTEGER NOT NULL,
    PRIMARY KEY (topic, service)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER subscription_added AFTER INSERT ON subscriptions WHEN new.service <> '' BEGIN
    INSERT INTO audiences VALUES (new.topic, new.service, 1) ON CONFLICT DO UPDATE SET size = size + 1;
END;
CREATE TRIGGER subscription_removed AFTER DELETE ON subscriptions WHEN old.service <> '' BEGIN
    UPDATE audiences SET size = size - 1 WHERE topic = old.topic AND service = old.service;
    DELETE FROM audiences WHERE topic = old.topic AND service = old.service AND size = 0;
END;
CREATE TRIGGER subscription_moved AFTER UPDATE OF service ON subscriptions WHEN old.service <> new.service BEGIN
    UPDATE audiences SET size = size - 1 WHERE topic = old.topic AND service = old.service;
    DELETE FROM audiences WHERE topic = old.topic AND service = old.service AND size = 0;
    INSERT INTO audiences SELECT new.topic, new.service, 1 WHERE new.service <> ''
        ON CONFLICT DO UPDATE SET size = size + 1;
END;

-- One row per message and push service; covers the subscriptions with cursor < number <= upto. `rest` is how many of
-- those that were owed the message are not in the ledger yet.
CREATE TABLE fanouts (
    seq     INTEGER NOT NULL REFERENCES messages (seq),
    service TEXT NOT NULL,
    topic   TEXT NOT NULL,
    urgent  INTEGER NOT NULL,
    cursor  INTEGER NOT NULL,
    upto    INTEGER NOT NULL,
    owed    INTEGER NOT NULL,
    rest    INTEGER NOT NULL,
    PRIMARY KEY (seq, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX fanouts_by_service ON fanouts (service, urgent DESC, seq);

CREATE TRIGGER message_published AFTER INSERT ON messages BEGIN
    INSERT INTO fanouts
        SELECT new.seq, service, new.topic, new.priority >= 4, 0, (SELECT max(number) FROM subscriptions), size, size
        FROM audiences WHERE topic = new.topic;
END;
-- The ledger: what happened to one message on one device. Deliveries to one device go one after the other: while a due
-- row `holds`, the later ones of its device are `behind` it and not looked at.
CREATE TABLE deliveries (
    seq         INTEGER NOT NULL REFERENCES messages (seq),
    device      INTEGER NOT NULL,
    device_name TEXT NOT NULL, -- kept for people when the device is gone
    service     TEXT NOT NULL,
    urgent      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    at          REAL NOT NULL,
    due_at      REAL NOT NULL,
    holds       INTEGER NOT NULL DEFAULT 0,
    behind      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (seq, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (service, urgent DESC, due_at) WHERE state = 'due' AND behind = 0;
CREATE INDEX deliveries_due_by_device ON deliveries (device, seq) WHERE state = 'due';
-- Two more, so that settling costs the same however many deliveries a device has waiting.
CREATE INDEX deliveries_in_front ON deliveries (device, seq) WHERE state = 'due' AND behind = 0;
CREATE INDEX deliveries_behind ON deliveries (device, urgent DESC, seq) WHERE state = 'due' AND behind = 1;

-- Whenever a due row lets go of its device and no other holds it, the next one behind comes forward. Only rows that
-- hold are ever behind, so the chain does not break.
CREATE TRIGGER delivery_let_go AFTER UPDATE OF state, holds ON deliveries
WHEN old.state = 'due' AND (new.state <> 'due' OR (old.holds AND NOT new.holds)) BEGIN
    UPDATE deliveries SET behind = 0 WHERE device = new.device AND seq = (
        SELECT seq FROM deliveries WHERE device = new.device AND state = 'due' AND behind = 1 ORDER BY urgent DESC, seq LIMIT 1)
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE device = new.device AND state = 'due' AND behind = 0 AND holds);
END;

-- The device's own word. A table of its own, because it may arrive before the delivery is in the ledger.
CREATE TABLE receipts (
    seq         INTEGER NOT NULL REFERENCES messages (seq),
    device      INTEGER NOT NULL,
    received_at REAL,
    shown_at    REAL,
    clicked_at  REAL,
    closed_at   REAL,
    PRIMARY KEY (seq, device)
) STRICT, WITHOUT ROWID;

-- The balance sheet over the database's life; pruning does not touch it. It is kept by triggers, so that
-- accepted = final states + due rows + the `rest` of open fan-outs, after every statement.
CREATE TABLE totals (
    state TEXT PRIMARY KEY, -- 'accepted', or a final delivery state
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO totals VALUES ('accepted', 0), ('delivered', 0), ('gone', 0), ('failed', 0), ('expired', 0), ('filtered', 0);

CREATE TRIGGER fanout_opened AFTER INSERT ON fanouts BEGIN
    UPDATE totals SET count = count + new.owed WHERE state = 'accepted';
    UPDATE messages SET owed = owed + new.owed WHERE seq = new.seq;
END;
CREATE TRIGGER delivery_begun AFTER INSERT ON deliveries BEGIN
    UPDATE fanouts SET rest = rest - 1 WHERE seq = new.seq AND service = new.service;
END;
CREATE TRIGGER fanout_grown AFTER UPDATE OF rest ON fanouts WHEN new.rest < 0 BEGIN -- it met a device that came back
    UPDATE fanouts SET rest = 0, owed = owed + 1 WHERE seq = new.seq AND service = new.service;
    UPDATE totals SET count = count + 1 WHERE state = 'accepted';
    UPDATE messages SET owed = owed + 1 WHERE seq = new.seq;
END;
CREATE TRIGGER fanout_closed AFTER DELETE ON fanouts WHEN old.rest > 0 BEGIN -- these left before their turn
    UPDATE totals SET count = count + old.rest WHERE state = 'filtered';
END;
CREATE TRIGGER delivery_settled AFTER UPDATE OF state ON deliveries WHEN old.state = 'due' AND new.state <> 'due' BEGIN
    UPDATE totals SET count = count + 1 WHERE state = new.state;
END;
CREATE TRIGGER delivery_settled_at_once AFTER INSERT ON deliveries WHEN new.state <> 'due' BEGIN
    UPDATE totals SET count = count + 1 WHERE state = new.state;
END;

-- What the health check writes.
CREATE TABLE pulse (beats INTEGER NOT NULL) STRICT;
INSERT INTO pulse VALUES (0);
