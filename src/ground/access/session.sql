-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Sessions, devices, failures.

-- name: session_by_token
-- A session that has not ended, with its account.
-- unscoped: no record
-- in: token text
-- one: id id, account_id id, created_at time, seen_at time, login text, lang text, must_change bool, state text
SELECT s.id, s.account_id, s.created_at, s.seen_at, a.login, a.lang, a.must_change, a.state
FROM access_session s JOIN access_account a ON a.id = s.account_id
WHERE s.token = :token AND s.ended_at IS NULL;

-- name: session_insert
-- Somebody is in.
-- in: account id, token text, address text, agent text, at time
INSERT INTO access_session (account_id, token, address, agent, created_at, seen_at)
VALUES (:account, :token, :address, :agent, :at, :at);

-- name: session_touch
-- Still there.
-- in: id id, at time
UPDATE access_session SET seen_at = :at WHERE id = :id;

-- name: session_close
-- One ends.
-- in: id id, account id, at time, why text
UPDATE access_session SET ended_at = :at, ended_why = :why WHERE id = :id AND account_id = :account AND ended_at IS NULL;

-- name: session_close_all
-- All of an account end.
-- in: account id, at time, why text
UPDATE access_session SET ended_at = :at, ended_why = :why WHERE account_id = :account AND ended_at IS NULL;

-- name: session_select
-- The sessions of one account, or ('') of all, that have not ended; the latest first.
-- unscoped: no record
-- in: login text      out: id id, login text, address text, agent text, created_at time, seen_at time
SELECT s.id, a.login, s.address, s.agent, s.created_at, s.seen_at
FROM access_session s JOIN access_account a ON a.id = s.account_id
WHERE s.ended_at IS NULL AND (a.login = :login OR :login = '') ORDER BY s.seen_at DESC, s.id DESC;

-- name: session_enter
-- The last moment at which a login can still be refused: the account as it was checked.
-- in: id id, password text, step number, at time
UPDATE access_account SET last_login_at = :at, totp_step = :step
WHERE id = :id AND state = 'active' AND password = :password AND totp_step <= :step;

-- name: session_code_spend
-- A recovery code is used up.
-- in: account id, code text
DELETE FROM access_recovery WHERE account_id = :account AND code = :code;

-- name: session_code
-- Whether it is one of them.
-- unscoped: no record
-- in: account id, code text      one: account_id id
SELECT account_id FROM access_recovery WHERE account_id = :account AND code = :code;

-- name: session_forget_old
-- Those not seen for long; the audit log still has their beginnings.
-- in: before time
DELETE FROM access_session WHERE seen_at < :before;

-- name: device_find
-- Whether the account was seen in this browser.
-- unscoped: no record
-- in: token text, account id      one: seen_at time
SELECT seen_at FROM access_device WHERE token = :token AND account_id = :account;

-- name: device_insert
-- It was.
-- in: token text, account id, at time
INSERT INTO access_device (token, account_id, seen_at) VALUES (:token, :account, :at)
ON CONFLICT (token) DO UPDATE SET seen_at = excluded.seen_at;

-- name: device_forget
-- Browsers not seen for long.
-- in: before time
DELETE FROM access_device WHERE seen_at < :before;

-- name: failure_find
-- Failures in a row.
-- unscoped: no record
-- in: scope text, name text      one: count number, last_at time
SELECT count, last_at FROM access_failure WHERE scope = :scope AND name = :name;

-- name: failure_count
-- One more; those of long ago do not count.
-- in: scope text, name text, at time, since time
INSERT INTO access_failure (scope, name, count, last_at) VALUES (:scope, :name, 1, :at)
ON CONFLICT (scope, name) DO UPDATE SET
	count = CASE WHEN access_failure.last_at < :since THEN 1 ELSE access_failure.count + 1 END, last_at = :at;

-- name: failure_clear
-- None.
-- in: scope text, name text
DELETE FROM access_failure WHERE scope = :scope AND name = :name;

-- name: failure_forget
-- Those of long ago.
-- in: before time
DELETE FROM access_failure WHERE last_at < :before;
