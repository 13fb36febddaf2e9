-- Another 2 million pairs for the book of audit_draw_book.sql: 100 thousand main items
-- with 20 sub items each, none of which the same visit is ever billed.
CREATE TABLE bench.more AS
SELECT i, bench.draw(i, 41, 480 * :spread) AS m FROM generate_series(1, 100000) AS i;
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, scope, basis, basis_no, valid_from)
SELECT 'PAIRS-' || i, 'N25-025', '示例' || m, 'day', '示例目录', '1号', DATE '2025-01-01' FROM bench.more;
INSERT INTO medsup.knowledge_code (entry_code, role, code)
SELECT 'PAIRS-' || i, 'main', bench.item(m)::medsup.fee_item FROM bench.more
UNION ALL
-- of other groups of diagnoses, the next ones left out
SELECT 'PAIRS-' || i, 'sub', bench.item(n / 20 * 20 + (m % 20 + 2 + k % 16) % 20)::medsup.fee_item
FROM bench.more, generate_series(0, 19) AS k, LATERAL (SELECT (m + 24 * :spread * k) % (480 * :spread) AS n) AS other;
ANALYZE medsup.knowledge, medsup.knowledge_code;
SELECT medsup.publish_rulebook();
