-- One batch of cases: a random book, claims :from to :to, both evaluators.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS batch CASCADE;
CREATE SCHEMA batch;
\ir claims.sql
\ir book.sql
\ir fate.sql
\ir line.sql
\ir group.sql
\ir compare.sql
