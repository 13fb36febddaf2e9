-- how a published point is read: its text outranks its value column
\set SHOW_CONTEXT never
CREATE FUNCTION pg_temp.reads(class text, text text, logic text, value text, period text) RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_strip_nulls(to_jsonb(l)) - 'level_first_only' - CASE WHEN (to_jsonb(l)->>'widened')::boolean THEN '' ELSE 'widened' END
             || CASE WHEN (to_jsonb(l)->>'level_first_only')::boolean THEN '{"level_first_only": true}' ELSE '{}' END::jsonb
      FROM medsup.read_limit(class, text, logic, value, period) l $$;
-- sex: only from the value column
SELECT pg_temp.reads('药品区分性别使用', '用于前列腺癌', NULL, '男', NULL);
SELECT pg_temp.reads('药品区分性别使用', '用于前列腺癌', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目区分性别使用', NULL, NULL, '女', NULL);
SELECT pg_temp.reads('医疗服务项目区分性别使用', NULL, NULL, '男;女', NULL);
-- age: a class without a number is a parameter; numbers in a payment limit count
SELECT pg_temp.reads('药品儿童专用', '退热', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品儿童专用', '退热（药品说明书包含成人用法用量）', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品限儿童使用', '限儿童。', NULL, NULL, NULL);
SELECT pg_temp.reads('药品限儿童使用', '限3-12岁患者。', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品限儿童使用', '限5至12岁以下患者。', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品限儿童使用', '限：1.1岁至14岁甲；2.2岁至14岁乙。', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品限儿童使用', '限3岁及3岁以上患者。', NULL, '儿童', NULL);
SELECT pg_temp.reads('药品限儿童使用', '限３岁及以上⼉童。', NULL, '儿童', NULL);
SELECT pg_temp.reads('医疗服务项目儿童专用', NULL, NULL, '新生儿', NULL);
SELECT pg_temp.reads('医疗服务项目儿童专用', NULL, NULL, '婴幼儿', NULL);
SELECT pg_temp.reads('医疗服务项目限年龄', '限法定就业年龄段患者', NULL, '法定就业年龄', NULL);
-- insurance
SELECT pg_temp.reads('药品限工伤保险', '工伤保险目录用药', NULL, '工伤', NULL);
SELECT pg_temp.reads('药品限生育保险', '限生育保险', NULL, NULL, NULL);
-- setting: 安宫牛黄丸 says 住院 in its value, 急诊或住院 in its text
SELECT pg_temp.reads('药品限就医方式', '限急诊或住院患者。', NULL, '住院', NULL);
SELECT pg_temp.reads('药品限就医方式', '限急诊或住院患者。', NULL, NULL, NULL);
SELECT pg_temp.reads('药品限就医方式', '住院方可支付，单次最多支付14天。', NULL, NULL, NULL);
SELECT pg_temp.reads('药品限就医方式', '限甲(严重者除外)。乙住院患者方予支付。', NULL, '住院', NULL);
SELECT pg_temp.reads('药品限就医方式', NULL, NULL, '住院', NULL);
SELECT pg_temp.reads('药品限就医方式', NULL, NULL, NULL, NULL);
-- level
SELECT pg_temp.reads('药品限医疗机构级别', '限二级及以上医疗机构。', NULL, '二级', NULL);
SELECT pg_temp.reads('药品限医疗机构级别', '首次处方时需由二级及以上医疗机构专科医师开具处方。', NULL, '二级', NULL);
SELECT pg_temp.reads('药品限医疗机构级别', '需三级综合医院眼科或二级及以上眼科专科医院医师处方；首次处方时病眼基线矫正视力0.05-0.5', NULL, '三级', NULL);
SELECT pg_temp.reads('药品限医疗机构级别', '需三级医院眼科或二级及以上眼科专科医院医师处方', NULL, NULL, NULL);
SELECT pg_temp.reads('药品限医疗机构级别', NULL, NULL, '三级', NULL);
-- courses: per stay or per course, 14 in the text against 15 in the value
SELECT pg_temp.reads('药品限支付疗程', '支付不超过14天。', '使用药品的日期总计超过限制天数', '14天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '患者，单次住院最多支付14天。', NULL, '15天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '住院方可支付，单次最多支付14天。', NULL, '15天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '短期治疗，单次住院支付不超过3天。', NULL, '3天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '急性期住院患者，支付不超过14天。', NULL, '14天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '限甲，且支付不超过12个月：1.乙', '第一次使用药品的日期开始计算的连续时间跨度超过限制天数', '365天', NULL);
SELECT pg_temp.reads('药品限支付疗程', NULL, NULL, '10天', NULL);
SELECT pg_temp.reads('药品限支付疗程', '限甲。', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目限支付疗程', '支付不超过30天。', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目限支付疗程', '一个疾病过程支付不超过90天。', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目限支付疗程', '总时间不超过90天，评定间隔时间不短于14天。', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目限支付疗程', '支付不超过一年，每周最多支付一次。', NULL, NULL, NULL);
-- caps and cycles
SELECT pg_temp.reads('医疗服务项目限定频次', '日', NULL, '1/日', '单日');
SELECT pg_temp.reads('医疗服务项目限定频次', '天', NULL, '1天/日', '单日');
SELECT pg_temp.reads('医疗服务项目限定频次', '小时', NULL, '24小时/日', '单日');
SELECT pg_temp.reads('医疗服务项目限定频次', '小时', NULL, NULL, NULL);
SELECT pg_temp.reads('医疗服务项目周期超频次', '评定间隔时间不短于14天。', NULL, '1', '14天');
SELECT pg_temp.reads('医疗服务项目周期超频次', '评定间隔时间不短于14天。', NULL, NULL, NULL);
-- pairs
SELECT w, pg_temp.reads('医疗服务项目重复收费', '含心电', NULL, NULL, w) FROM unnest('{同一小时,6小时,单日,单次就诊,每周}'::text[]) w;
-- herbs and internet visits: the class says it
SELECT pg_temp.reads('中药饮片单复方均不予支付', '不得纳入基金支付范围的中药饮片', NULL, NULL, NULL);
SELECT pg_temp.reads('中药饮片单方使用不予支付', '单独使用时统筹基金不予支付，且全部由这些饮片组成的处方统筹基金也不予支付。', NULL, NULL, NULL);
SELECT pg_temp.reads('超互联网医院药品支付范围', '医疗机构开展互联网诊疗活动时，不得开具麻醉药品、精神药品等特殊管理药品的处方。', NULL, NULL, NULL);
-- what is named in words only is not guessed
SELECT pg_temp.reads('药品限适应症', '限2型糖尿病患者。', NULL, NULL, NULL);
SELECT pg_temp.reads('药品限二线使用', '限二线用药。', NULL, NULL, NULL);
SELECT pg_temp.reads(NULL, NULL, NULL, NULL, NULL);
