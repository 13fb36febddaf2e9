-- One batch of cases: a random book, claims :from to :to, both evaluators.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS batch CASCADE;
CREATE SCHEMA batch;
\ir claims.sql
\ir records.sql
\ir book.sql
\ir fate.sql
\ir bill.sql
\ir alive.sql
\ir stay.sql
\ir operation.sql
\ir money.sql
\ir evidence.sql
\ir condition.sql
\ir line.sql
\ir diagnosis.sql
\ir closure.sql
\ir need.sql
\ir window.sql
\ir measure.sql
\ir cap.sql
\ir day.sql
\ir pair.sql
\ir discount.sql
\ir overlap.sql
\ir sequence.sql
\ir admission.sql
\ir compare.sql
\ir compare_money.sql
\ir compare_sequence.sql
