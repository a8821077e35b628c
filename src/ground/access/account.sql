-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Accounts and their roles. Accounts are no records: who may see them is the right to do so, asked before.

-- name: account_select
-- All accounts, or the one of a login name.
-- unscoped: no record
-- in: login text
-- out: id id, login text, name_ja text, name_en text, lang text, state text, password text, must_change bool, totp text?
-- out: totp_step number, totp_pending text?, codes_pending text?, created_at time, last_login_at time?
SELECT a.id, a.login, a.name_ja, a.name_en, a.lang, a.state, a.password, a.must_change, a.totp, a.totp_step, a.totp_pending,
       a.codes_pending, a.created_at, a.last_login_at
FROM access_account a WHERE a.login = :login OR :login = '' ORDER BY a.login;

-- name: account_one
-- Whether there is any account.
-- unscoped: no record
-- one: id id
SELECT id FROM access_account ORDER BY id LIMIT 1;

-- name: account_ids
-- The ids of all.
-- unscoped: no record
-- out: id id
SELECT id FROM access_account ORDER BY id;

-- name: account_roles
-- An account's roles.
-- unscoped: no record
-- in: account id      out: role text
SELECT role FROM access_role WHERE account_id = :account ORDER BY role;

-- name: account_codes
-- How many recovery codes are left.
-- unscoped: no record
-- in: account id      one: count number
SELECT count(*) AS count FROM access_recovery WHERE account_id = :account;

-- name: account_insert
-- A new account.
-- in: login text, name_ja text, name_en text, lang text, password text, must_change bool, created_at time      one: id id
INSERT INTO access_account (login, name_ja, name_en, lang, state, password, must_change, totp_step, created_at)
VALUES (:login, :name_ja, :name_en, :lang, 'active', :password, :must_change, 0, :created_at) RETURNING id;

-- name: account_update
-- Its names and its language.
-- in: id id, name_ja text, name_en text, lang text
UPDATE access_account SET name_ja = :name_ja, name_en = :name_en, lang = :lang WHERE id = :id;

-- name: account_update_state
-- Locked, or active again.
-- in: id id, state text
UPDATE access_account SET state = :state WHERE id = :id;

-- name: account_update_password
-- Another password, in the place of the one that was checked.
-- in: id id, before text, password text, must_change bool
UPDATE access_account SET password = :password, must_change = :must_change WHERE id = :id AND password = :before;

-- name: account_update_pending
-- The second factor that is being set up, or no longer.
-- in: id id, totp text?, codes text?
UPDATE access_account SET totp_pending = :totp, codes_pending = :codes WHERE id = :id;

-- name: account_update_totp
-- The second factor, or none.
-- in: id id, totp text?, step number
UPDATE access_account SET totp = :totp, totp_step = :step, totp_pending = NULL, codes_pending = NULL WHERE id = :id;

-- name: account_roles_clear
-- No roles.
-- in: account id
DELETE FROM access_role WHERE account_id = :account;

-- name: account_role_insert
-- One role.
-- in: account id, role text
INSERT INTO access_role (account_id, role) VALUES (:account, :role);

-- name: account_codes_clear
-- No recovery codes.
-- in: account id
DELETE FROM access_recovery WHERE account_id = :account;

-- name: account_code_insert
-- One recovery code.
-- in: account id, code text
INSERT INTO access_recovery (account_id, code) VALUES (:account, :code);
