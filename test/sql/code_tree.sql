-- hierarchy of the codes
SET search_path = medsup, public;

-- the halves of a pair
SELECT code, is_pair(code), dagger(code), asterisk(code)
FROM unnest('{E11.200x011+N08.3*,A17.000+G01*,A38.x00x002+I41.0*,B49.x01+G02.1*,E11.200x011,E11,S72.001A,NULL}'::icd10[]) AS code;
