-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Templates of letters.

-- name: letter_template_newest
-- The template that holds.
-- unscoped: templates are for the whole desk
-- in: name text, language text      one: subject text, text text
SELECT subject, text FROM letter_template WHERE name = :name AND language = :language ORDER BY since DESC, id DESC LIMIT 1;
