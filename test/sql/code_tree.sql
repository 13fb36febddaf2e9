-- hierarchy of the codes
SET search_path = medsup, public;

-- level and parent of every form; the ancestors are the parents of parents
SELECT code, level(code), parent(code),
       (SELECT array_agg(ancestor(code, l) ORDER BY l) FROM generate_series(3, 7) AS l) AS level_3_to_7
FROM unnest('{E11,C7A,E11.,E11.2,I10.x,E11.20,E11.21,E11.200,I10.x00,S72.001,S72.001A,T36.0X1A,E11.200x,E11.200x0,
              E11.200x011,I10.x00x002,A17.000+G01*,E11.200x011+N08.3*}'::icd10[]) WITH ORDINALITY AS t(code, i) ORDER BY i;
SELECT code, level(code), parent(code),
       (SELECT array_agg(ancestor(code, l) ORDER BY l) FROM generate_series(2, 6) AS l) AS level_2_to_6
FROM unnest('{36,36.,36.0,36.06,01.6x,36.060,36.0600,01.6x00,00.0200x001,03.1x00x001,17.9,17.91,17.9110,17.91100,17.912A0,
              86.700,86.700x0,86.700x0013}'::icd9cm3[]) WITH ORDINALITY AS t(code, i) ORDER BY i;
SELECT code, kind(code), level(code), parent(code)
FROM unnest('{X,XB,XB01,XB01A,XB01AC,XB01ACA056,XB01ACA056A,XB01ACA056A0,XB01ACA056A012,XB01ACA056A01203,XB01ACA056A0120301,
              XB01ACA056A012030101554,Z,ZA04CA,ZA04CAE0023,ZA06CAX04380,ZA04CAE0023010100166,T,T0017,T00170,T001700368,
              T0017003681000100166,J,J0A1B2C3D4E5F6G7,C,C010101,C010101001,C0101010011303807555,C01010100113038075550000001,
              0,00,003,0034,003401,00340100,00340100023,0034010002306,003401000230600,~1,~110200002a}'::fee_item[])
     WITH ORDINALITY AS t(code, i) ORDER BY i;
SELECT l AS level, ancestor('XB01ACA056A012030101554'::fee_item, l) AS western, ancestor('ZA04CAE0023010100166'::fee_item, l) AS chinese,
       ancestor('003401000230600'::fee_item, l) AS service, ancestor('C0101010011303807555'::fee_item, l) AS consumable
FROM generate_series(1, 11) AS l;

-- a drug_code goes where its fee_item goes
SELECT level(code), parent(code), ancestor(code, 6), generic(code), atc(code) FROM (SELECT 'XB01ACA056A012030101554'::drug_code AS code) AS d;

-- levels that a type does not have
SELECT ancestor('E11.200'::icd10, 2);
SELECT ancestor('E11.200'::icd10, 8);
SELECT ancestor('36.0600'::icd9cm3, 1);
SELECT ancestor('36.0600'::icd9cm3, 7);
SELECT ancestor('X'::fee_item, 0);
SELECT ancestor('X'::fee_item, 12);

-- all functions are strict
SELECT level(NULL::icd10), parent(NULL::icd9cm3), ancestor('X'::fee_item, NULL), chapter(NULL::icd10), block(NULL), blocks(NULL), maker(NULL);

-- the halves of a pair
SELECT code, is_pair(code), dagger(code), asterisk(code)
FROM unnest('{E11.200x011+N08.3*,A17.000+G01*,A38.x00x002+I41.0*,B49.x01+G02.1*,E11.200x011,E11,S72.001A,NULL}'::icd10[]) AS code;

-- chapters and blocks: ranges, nested, and where classifications differ
SELECT code, chapter(code), block(code), blocks(code)
FROM unnest('{D48.900,D50,E90,H59.900,H60,C00,C42,C97,M54.500x002,V01.x00,V99,W00.x00,X59,X60,Y09.900,Y40,Y98,U07.100,U50,U85,U86,U99,
              A10,E91,T99,E11.200x011+N08.3*,S72.001A,C4A,C7A.098,C7B,D3A,D49,E08,I5A,M1A,O9A.2,Z3A}'::icd10[])
     WITH ORDINALITY AS t(code, i) ORDER BY i;
SELECT * FROM icd10_chapters();
SELECT * FROM icd10_blocks() WHERE chapter IN (2, 20, 22);
SELECT count(*), count(DISTINCT block), count(parent), max(depth), count(DISTINCT chapter) FROM icd10_blocks();
-- every block is in the chapter of its ends, is found from its ends, and lies within its parent
SELECT b.block FROM icd10_blocks() b
WHERE chapter(first) IS DISTINCT FROM b.chapter OR chapter(last) IS DISTINCT FROM b.chapter
   OR b.block <> ALL (blocks(first)) OR b.block <> ALL (blocks(last))
   OR (blocks(first))[depth] <> b.block OR (blocks(last))[depth] <> b.block
   OR b.parent IS DISTINCT FROM (blocks(first))[depth - 1]
   OR b.block <> first || '-' || last;
-- blocks are the path to block, chapters are apart
SELECT c FROM unnest('{A00,A10,C15.300,C42,W50,U50,M1A}'::icd10[]) AS c
WHERE block(c) IS DISTINCT FROM (blocks(c))[cardinality(blocks(c))];
SELECT a.number, b.number FROM icd10_chapters() a, icd10_chapters() b
WHERE a.number <> b.number AND a.first <= b.last AND b.first <= a.last;

SELECT code, chapter(code) FROM unnest('{00.0100,05.3100,17,17.912A0,18,86.700x0013,99.9999}'::icd9cm3[]) AS code;
SELECT * FROM icd9cm3_chapters();
SELECT number FROM icd9cm3_chapters() WHERE chapter(first) <> number OR chapter(last) <> number;

-- the grammars of a text
SELECT code, code_forms(code)
FROM unnest('{E11,E11.,E11.2,C7A,E11.21,E11.200,I10.x00,I10.X00,S72.001A,E11.200x0,E11.200x011,A17.000+G01*}'::icd10[])
     WITH ORDINALITY AS t(code, i) ORDER BY i;
SELECT code, code_forms(code)
FROM unnest('{36,36.0,36.06,01.6x,36.0600,01.6x00,00.0200x001,86.700x0013,17.91100,17.912A0,17.9110}'::icd9cm3[])
     WITH ORDINALITY AS t(code, i) ORDER BY i;

-- segments
SELECT item, generic(item), atc(item), drug_class(item), dosage_form(item), spec(item), pack(item), maker(item)
FROM unnest('{XB01ACA056A012030101554,ZA04CAE0023010100166,T001700368,T0017003681000100166,C0101010011303807555,
              XB01A,XR05XXX089N0,ZA06CAX04380,J0A1,003401000230600,~110200002a}'::fee_item[]) WITH ORDINALITY AS t(item, i) ORDER BY i;
SELECT item, service_area(item), service_class(item), service_base(item), service_subitem(item), service_addon(item)
FROM unnest('{003401000230600,013105170010000,331200000000000,0034,00340100,00340100023,C010101}'::fee_item[]) WITH ORDINALITY AS t(item, i) ORDER BY i;
SELECT item, consumable_class(item), consumable_material(item), spec(item), consumable_item(item)
FROM unnest('{C0101010011303807555,C01010100113038075550000001,C010101,C0101,003401000230600}'::fee_item[]) WITH ORDINALITY AS t(item, i) ORDER BY i;

-- immutable: in an index, in a generated column, and without search_path
RESET search_path;
CREATE TEMPORARY TABLE diagnosis (code medsup.icd10, category medsup.icd10 GENERATED ALWAYS AS (medsup.ancestor(code, 3)) STORED);
INSERT INTO diagnosis VALUES ('E11.200x011+N08.3*'), ('E11.900'), ('I10.x00');
CREATE INDEX ON diagnosis (medsup.chapter(code), medsup.block(code));
SELECT category, count(*), min(medsup.chapter(code)) AS chapter FROM diagnosis GROUP BY category ORDER BY category USING OPERATOR(medsup.<);
