-- The hierarchy of the codes.

-- Levels, the same word for every type: docs/types.md has the table.

CREATE FUNCTION medsup.level(code medsup.icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_icd10_level'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.level(code medsup.icd10) IS 'level of the diagnosis: 3 category, 4 subcategory, 5 item, 6 extension, 7 pair';

CREATE FUNCTION medsup.parent(code medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_parent'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.parent(code medsup.icd10) IS 'nearest complete node above the diagnosis; NULL at the top';

CREATE FUNCTION medsup.ancestor(code medsup.icd10, level integer) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_ancestor'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.ancestor(code medsup.icd10, level integer) IS 'node of that level above the diagnosis, or the diagnosis itself; NULL if it has none';

CREATE FUNCTION medsup.level(code medsup.icd9cm3) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_level'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.level(code medsup.icd9cm3) IS 'level of the operation: 2 category, 3 subcategory, 4 detail, 5 item, 6 extension';

CREATE FUNCTION medsup.parent(code medsup.icd9cm3) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_parent'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.parent(code medsup.icd9cm3) IS 'nearest complete node above the operation; NULL at the top';

CREATE FUNCTION medsup.ancestor(code medsup.icd9cm3, level integer) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_ancestor'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.ancestor(code medsup.icd9cm3, level integer) IS 'node of that level above the operation, or the operation itself; NULL if it has none';

CREATE FUNCTION medsup.level(code medsup.fee_item) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_fee_item_level'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.level(code medsup.fee_item) IS 'level of the fee item: 1 to 11, by kind';

CREATE FUNCTION medsup.parent(code medsup.fee_item) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_parent'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.parent(code medsup.fee_item) IS 'nearest complete node above the fee item; NULL at the top';

CREATE FUNCTION medsup.ancestor(code medsup.fee_item, level integer) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_ancestor'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.ancestor(code medsup.fee_item, level integer) IS 'node of that level above the fee item, or the fee item itself; NULL if it has none';

-- The way back from a code to nodes; indexes of nodes are searched by it.

CREATE FUNCTION medsup.prefixes(code medsup.icd10) RETURNS medsup.icd10[]
    AS 'MODULE_PATHNAME', 'medsup_icd10_prefixes'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.prefixes(code medsup.icd10) IS 'all nodes that the diagnosis lies within, shortest first, itself last';

CREATE FUNCTION medsup.prefixes(code medsup.icd9cm3) RETURNS medsup.icd9cm3[]
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_prefixes'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.prefixes(code medsup.icd9cm3) IS 'all nodes that the operation lies within, shortest first, itself last';

CREATE FUNCTION medsup.prefixes(code medsup.fee_item) RETURNS medsup.fee_item[]
    AS 'MODULE_PATHNAME', 'medsup_fee_item_prefixes'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.prefixes(code medsup.fee_item) IS 'all nodes that the fee item lies within, shortest first, itself last';

-- Chapters and blocks are ranges of categories, not codes.

CREATE FUNCTION medsup.chapter(code medsup.icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_icd10_chapter'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.chapter(code medsup.icd10) IS 'chapter of ICD-10, 1 to 22, that holds the diagnosis; NULL if none does';

CREATE FUNCTION medsup.block(code medsup.icd10) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_icd10_block'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.block(code medsup.icd10) IS 'innermost block of the WHO that holds the diagnosis, as E10-E14; NULL if none does';

CREATE FUNCTION medsup.blocks(code medsup.icd10) RETURNS text[]
    AS 'MODULE_PATHNAME', 'medsup_icd10_block_path'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.blocks(code medsup.icd10) IS 'all blocks of the WHO that hold the diagnosis, outermost first';

CREATE FUNCTION medsup.chapter(code medsup.icd9cm3) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_chapter'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.chapter(code medsup.icd9cm3) IS 'chapter of ICD-9-CM-3 that holds the operation: 0 to 16 and 3A';

CREATE FUNCTION medsup.icd10_chapters(
    OUT number integer, OUT roman text, OUT first medsup.icd10, OUT last medsup.icd10,
    OUT name_zh text, OUT name_en text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'medsup_icd10_chapters'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 22;
COMMENT ON FUNCTION medsup.icd10_chapters() IS 'chapters of ICD-10 with their first and last category';

CREATE FUNCTION medsup.icd10_blocks(
    OUT block text, OUT first medsup.icd10, OUT last medsup.icd10, OUT chapter integer,
    OUT parent text, OUT depth integer)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'medsup_icd10_blocks'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 274;
COMMENT ON FUNCTION medsup.icd10_blocks() IS 'blocks of ICD-10 as the WHO has them; parent is the block around one, depth 1 the outermost';

CREATE FUNCTION medsup.icd9cm3_chapters(
    OUT number text, OUT first medsup.icd9cm3, OUT last medsup.icd9cm3,
    OUT name_zh text, OUT name_en text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_chapters'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 18;
COMMENT ON FUNCTION medsup.icd9cm3_chapters() IS 'chapters of ICD-9-CM-3 with their first and last category';

-- A pair holds two codes: a rule on N08 must reach E11.200x011+N08.3* too.

CREATE FUNCTION medsup.is_pair(code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_is_pair'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.is_pair(code medsup.icd10) IS 'whether the diagnosis is a dagger+asterisk pair';

CREATE FUNCTION medsup.dagger(code medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_dagger'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.dagger(code medsup.icd10) IS 'the cause of a dagger+asterisk pair; a code that is no pair itself';

CREATE FUNCTION medsup.asterisk(code medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_asterisk'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.asterisk(code medsup.icd10) IS 'the manifestation of a dagger+asterisk pair as a WHO node without the star; NULL if the code is no pair';

-- One text may be a code of several classifications.

CREATE FUNCTION medsup.code_forms(code medsup.icd10) RETURNS text[]
    AS 'MODULE_PATHNAME', 'medsup_icd10_forms'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.code_forms(code medsup.icd10) IS 'grammars in which the diagnosis is a whole code: national_base, national_extension, national_pair, who, icd10cm';

CREATE FUNCTION medsup.code_forms(code medsup.icd9cm3) RETURNS text[]
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_forms'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.code_forms(code medsup.icd9cm3) IS 'grammars in which the operation is a whole code: national_base, national_extension, national_swapped, tcm, icd9cm';

-- Segments of fee items; NULL where the kind has none or the node ends above.

CREATE FUNCTION medsup.generic(item medsup.fee_item) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_generic'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.generic(item medsup.fee_item) IS 'node down to the name of a drug or consumable: the same medicine in any strength, pack and make';

CREATE FUNCTION medsup.atc(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_atc'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.atc(item medsup.fee_item) IS 'ATC class of a western drug, as B01AC';

CREATE FUNCTION medsup.drug_class(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_drug_class'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_class(item medsup.fee_item) IS 'class of a western, Chinese patent or herbal drug as price lists write it: XB01AC, ZA04CA, T00170';

CREATE FUNCTION medsup.dosage_form(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_dosage_form'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.dosage_form(item medsup.fee_item) IS 'dosage form of a western drug, as A012';

CREATE FUNCTION medsup.spec(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_spec'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.spec(item medsup.fee_item) IS 'strength of a drug (2 digits) or specification of a consumable (3)';

CREATE FUNCTION medsup.pack(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_pack'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.pack(item medsup.fee_item) IS 'pack of a drug';

CREATE FUNCTION medsup.maker(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_maker'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.maker(item medsup.fee_item) IS 'maker of a drug or consumable, 5 digits';

CREATE FUNCTION medsup.service_area(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_service_area'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.service_area(item medsup.fee_item) IS 'list of a service item: 00 national, 01 national new items, else the province';

CREATE FUNCTION medsup.service_class(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_service_class'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.service_class(item medsup.fee_item) IS 'class of a service item, 6 digits';

CREATE FUNCTION medsup.service_base(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_service_base'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.service_base(item medsup.fee_item) IS 'base item of a service item, 9 digits';

CREATE FUNCTION medsup.service_subitem(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_service_subitem'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.service_subitem(item medsup.fee_item) IS 'sub-item of a service item, 00 = the base item itself';

CREATE FUNCTION medsup.service_addon(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_service_addon'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.service_addon(item medsup.fee_item) IS 'surcharge or reduction of a service item, 00 = none';

CREATE FUNCTION medsup.consumable_class(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_consumable_class'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.consumable_class(item medsup.fee_item) IS 'class of a consumable, as C010101';

CREATE FUNCTION medsup.consumable_material(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_consumable_material'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.consumable_material(item medsup.fee_item) IS 'material of a consumable, 2 digits';

CREATE FUNCTION medsup.consumable_item(item medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_consumable_item'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.consumable_item(item medsup.fee_item) IS 'last 7 digits of a consumable code of 27 characters';
