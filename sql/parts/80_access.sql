-- Who may do what.  PUBLIC has the types and what makes them work, nothing
-- else.  Five kinds of access are given to roles that the DBA names; no role is
-- created here, since roles belong to the whole cluster.

-- What each access needs.  One list, read by grant_access and by the test that
-- holds every object of the schema against it.
CREATE FUNCTION medsup.access_needs(OUT access text, OUT object_kind text, OUT object_name text, OUT privileges text)
RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 300
BEGIN ATOMIC
    SELECT a.access, n.object_kind, o.object_name, n.privileges
    FROM (VALUES
        -- everybody with an access: the book, the ledger in figures, masked findings
        ('{reader,author,approver,operator,reviewer}'::text[], 'table', 'SELECT',
         '{rule,rule_setting,rule_parameter,parameter_setting,level_map,setting_map,insurance_map,clr_way_map,duty_map,exception,exception_setting,publishable_exception,knowledge,knowledge_code,knowledge_supersedes,knowledge_status,unset_entry,example_value,effective_point,effective_rule,effective_entry,effective_code,publishable_rule,publishable_entry,publishable_code,publishable_map,publishable_param,mapped_code,rule_status,rulebook,rule_text,finding_masked,run,run_step,run_rule,run_tally,code_book,code_book_entry,code_book_load,code_book_note,code_map}'::text[]),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE',
         '{word,money_text,count_text,level_name,age_text,limit_text,breach_phrase,breach_text,masked,parameter,current_rulebook,lint_rulebook,lint_codes,lint_conflicts,lint_dead,lint_exceptions,may_be_true,example_values,example_note,lint_errors,rulebook_problems,knowledge_text_problems,knowledge_summary,profile_codes,code_entry,is_known,translate,translations,civil_today,civil_zone,code_systems,code_system_type,code_system_shape,code_lists,check_expression,expression_parameters,expression_fields,record_checks}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{unset_hint}'),
        -- what is in a book, what changed, who wrote and who approved it
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{publish_policy,rulebook_proposal,rulebook_decision}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE',
         '{book_of_version,rulebook_info,rulebook_damage,verify_rulebook,rulebook_rules,rulebook_entries,rulebook_codes,rulebook_conflicts,rulebook_settings,rulebook_reach,rulebook_lines,changed_fields,rulebook_diff,four_eyes,check_two_eyes,owns_rulebooks,rulebook_authors}'),
        -- everybody may check a claim that they bring along; its history needs the operator's views
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE',
         '{evaluate,check_claim,claim_rows,claim_person,claim_history_from,refuse_rulebook}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE',
         '{read_text,check_3101,check_3102,answer_3101,form_3101,json_3101,read_3101,line_hits}'),
        ('{operator}', 'routine', 'EXECUTE', '{claim_history,feedback_3103,refuse_cells,quiet_log}'),
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{conformance_file,conformance_case}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{conformance,conformance_book,conformance_claim,compile_book}'),
        -- conformance cases of rules over providers: the run's queries over the rows of a case
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{source_column,indicator,fee_class_map}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE',
         '{conformance_setting,judge_provider_case,provider_queries,bill_query,institution_query,indicator_queries,fee_figure_query,stay_queries,stay_figure_query,settled_line_query,item_join,map_condition,provider_cap_queries,stock_queries,trace_queries,checked_items,setting_rows,map_expression,window_length,quantile,median_deviation,fence_value,is_trace_lead}'),
        ('{operator}', 'table', 'SELECT, INSERT, UPDATE', '{warning_feedback}'),
        ('{reviewer}', 'table', 'SELECT', '{warning_feedback}'),
        -- authors: what a bureau decides about rules, and publishing it
        ('{author}', 'table', 'INSERT, UPDATE, DELETE',
         '{rule,rule_setting,parameter_setting,level_map,setting_map,insurance_map,clr_way_map,duty_map,exception,exception_setting,knowledge,knowledge_code,knowledge_supersedes}'),
        ('{author}', 'table', 'INSERT', '{rulebook,code_book_note}'),
        -- books are closed and corrected, never deleted
        ('{author}', 'table', 'INSERT, UPDATE', '{code_book,code_book_entry,code_book_load,code_map}'),
        ('{author}', 'table', 'SELECT, INSERT, UPDATE, DELETE', '{import_line}'),
        ('{author}', 'routine', 'EXECUTE',
         '{load_code_list,load_code_lists,load_code_book,load_code_map,read_code_lines,note_code_lines,open_code_book,merge_code_book,merge_code_map,lock_code_books,end_code_entries,is_validity,check_code_book,canonical_code,code_problem,csv_fields}'),
        ('{author}', 'routine', 'EXECUTE',
         '{set_parameter,add_knowledge,load_knowledge,load_bundled_knowledge,import_problems,read_limit,published_class,published_basis,compile_rulebook,compile_rulebook_counting,build_rulebook,refuse_errors,publish_rulebook,propose_rulebook,open_proposal,check_approver,reject_rulebook}'),
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{grouped_point,mapped_word}'),
        ('{author}', 'routine', 'EXECUTE', '{limit_checks,load_limit_checks,load_example_parameters}'),
        ('{author}', 'routine', 'EXECUTE', '{load_record_checks}'),
        ('{author}', 'table', 'INSERT', '{rulebook_proposal,rulebook_decision}'),
        -- rules of one's own
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{rule_template}'),
        ('{author}', 'routine', 'EXECUTE', '{add_rule,load_points,load_points_csv,text_list}'),
        -- approvers: the second pair of eyes
        ('{approver}', 'table', 'INSERT', '{rulebook,rulebook_decision}'),
        ('{approver}', 'routine', 'EXECUTE', '{open_proposal,check_approver,approve_rulebook,reject_rulebook}'),
        ('{author}', 'table', 'SELECT, INSERT, DELETE', '{import_point,import_code,import_limit,import_pair}'),
        -- operators: bind sources, run and watch nights
        ('{operator}', 'table', 'SELECT, INSERT, UPDATE, DELETE', '{run,run_step,run_rule,run_tally,skipped_line,nightly_setting}'),
        ('{operator}', 'table', 'SELECT, UPDATE', '{run_seq}'),
        ('{operator}', 'table', 'SELECT, INSERT, UPDATE', '{finding,finding_history}'),
        ('{operator}', 'table', 'SELECT',
         '{finding_line,finding_record,finding_zh,sources,source_binding,src_encounter,src_settlement,src_fee_line,src_diagnosis,src_operation,src_settlement_list,src_provider,src_person,src_staff,src_place,src_trace_code,src_case_group,src_stock_move,src_price,src_chronic_reg,src_identity_check}'),
        ('{operator}', 'routine', 'EXECUTE',
         '{record_findings,source_drift,run_audit,error_text,run_begin,run_lock,stage_query,stage,stage_claims,run_stage,is_staged,run_verdicts,run_unstage,run_partition,make_partition_tables,run_to_resume,sources_digest,run_through,run_failed,run_worker,run_partitions,run_end,run_report,run_rules,nightly,nightly_begin,nightly_failed,nightly_period,set_nightly,schedule_nightly,unschedule_nightly,health,nights_due,cron_field_has,rule_reach_lost,coverage}'),
        ('{operator}', 'routine', 'EXECUTE', '{run_lock_holder,list_persons,sum_tallies,by_occurrence,check_campaign,campaign_persons,lines_query}'),
        ('{operator}', 'routine', 'EXECUTE', '{partition_of,in_partitions,null_columns}'),
        -- nights: what changed, how that is noticed
        ('{operator}', 'table', 'SELECT, INSERT, UPDATE, DELETE', '{changed_person,change_log,change_state,sweep_chunk,run_change}'),
        ('{operator}', 'table', 'SELECT', '{source_watch,written_encounter,written_settlement,written_fee_line,written_diagnosis,written_operation,written_chronic_reg}'),
        ('{operator}', 'routine', 'EXECUTE',
         '{source_upon,analyze_changed,find_changes,queue_changes,queue_row_changes,queue_book_changes,book_changes,rulebook_exceptions,sweep_persons,sweep_queries,sources_fingerprint,row_digest,sweep_sum,person_hash,unwatched_relations,with_partitions,changed_done,changes_done,is_whole_run,next_night_full}'),
        -- reviewers: findings with their evidence, in words and as work lists
        ('{reviewer}', 'table', 'SELECT',
         '{finding,finding_history,finding_line,finding_record,finding_zh,finding_reference,skipped_line,src_provider}'),
        ('{reviewer,operator}', 'routine', 'EXECUTE', '{read_text,read_dict,read_numeric,read_timestamp,time_text,explain,finding_note,finding_clause,finding_basis,finding_partner,code_name,cell,finding_cells,worklist,digest_field,line_hash,encounter_hash,settlement_hash,diagnosis_hash,operation_hash,registration_hash,verify_finding,finding_line_once,institutions,institution_total,rule_total,report_run,case_text,not_reported,morning_report}'),
        ('{reviewer,operator}', 'routine', 'EXECUTE', '{region_total,exception_name}'),
        -- verdicts and exemptions: reviewers write them, whoever counts findings reads them
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{entry_verdict,progress,progress_worker}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{rule_precision,wilson_interval,run_workers}'),
        ('{reviewer}', 'table', 'SELECT, INSERT', '{judgement}'),
        ('{reviewer}', 'table', 'SELECT, INSERT, UPDATE', '{exemption}'),
        ('{operator}', 'table', 'SELECT', '{judgement,exemption}'),
        ('{reviewer,operator}', 'table', 'SELECT', '{excluded_finding,finding_judged}'),
        ('{reviewer,operator}', 'routine', 'EXECUTE', '{finding_state,awaits_verdict,breach_is_of}'),
        ('{reviewer}', 'routine', 'EXECUTE', '{judge,add_exemption,end_exemption}'),
        ('{author,operator}', 'routine', 'EXECUTE', '{backtest}'),
        ('{author}', 'routine', 'EXECUTE', '{draft_rulebook}'),
        ('{operator}', 'routine', 'EXECUTE', '{run_ready,self_check}'),
        -- self-checks: the operator runs them, apart from the bureau's findings
        ('{operator}', 'table', 'SELECT, INSERT', '{self_check,self_check_finding}'),
        ('{reviewer}', 'table', 'SELECT', '{self_check,self_check_finding}'),
        ('{reviewer,operator}', 'routine', 'EXECUTE', '{self_check_list}'),
        ('{reviewer,operator}', 'table', 'SELECT', '{finding_national}'),
        -- the negative list is for everybody; authors load the published lists
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{problem_point,negative_list}'),
        ('{author}', 'table', 'INSERT, UPDATE, DELETE', '{problem_point}'),
        ('{author}', 'routine', 'EXECUTE', '{load_problem_list}'),
        -- rules over providers: fences and caps are read by all, set by authors, judged by operators
        ('{reader,author,operator,reviewer}', 'table', 'SELECT',
         '{inv_chg_type_map,indicator_set,indicator_fence,provider_cap,stock_check,trace_check,provider_entry,provider_tally}'),
        ('{author}', 'table', 'INSERT, UPDATE, DELETE',
         '{fee_class_map,inv_chg_type_map,indicator,indicator_set,indicator_fence,provider_cap,stock_check,trace_check}'),
        ('{operator}', 'table', 'SELECT, INSERT', '{provider_tally}'),
        -- indicators: figures of providers for everybody; what is counted is the owner's
        ('{reader,author,approver,operator,reviewer}', 'table', 'SELECT', '{indicator_measure,indicator_node,holiday}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{provider_indicators,provider_features,indicator_state,indicator_list}'),
        ('{author}', 'table', 'INSERT, UPDATE, DELETE', '{holiday,indicator_node}'),
        ('{author}', 'routine', 'EXECUTE', '{load_indicator_tree}'),
        ('{operator}', 'routine', 'EXECUTE',
         '{indicator_cost,exact_sum,line_counts,code_uses,visit_lines,map_keys,group_key,group_key_part,read_once,indicator_query,indicator_passes,provider_figures,check_period,fee_pass,visit_queries,odd_rows,most_odd_rows,encounter_pick,plain_bill_query,counted_line_query,encounter_query,main_diagnosis_query,stay_pass,bill_pass,finding_pass,case_group_pass,grain_column,day_condition,line_caps}'),
        -- gatherings: they look only at the rows they are given
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{st_dbscan,st_dbscan_summary,postgis_schema,check_same_length,check_least}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{covisit_groups,covisit_pairs,covisit_setting,crowd,crowd_size,dense_block,scan_setting,space_time_scan,patient_cells,geojson,svg}'),
        ('{reviewer}', 'table', 'SELECT, INSERT, UPDATE, DELETE', '{gathering_exclusion}'),
        ('{operator}', 'table', 'SELECT', '{gathering_exclusion}'),
        ('{operator}', 'routine', 'EXECUTE', '{gathering_visits,review_gatherings,stage_gatherings,record_review,check_review}'),
        ('{operator,reviewer}', 'table', 'SELECT', '{gathering}'),
        ('{reviewer}', 'table', 'SELECT', '{gathering_member}'),
        -- maps; where members live is counted for reviewers
        ('{operator,reviewer}', 'routine', 'EXECUTE', '{gathering_places,institution_places,patient_places,bound_places,check_places,read_datum}'),
        ('{operator,reviewer}', 'table', 'SELECT', '{gathering_map}'),
        ('{reviewer}', 'routine', 'EXECUTE', '{gathering_cells,gathering_townships}'),
        ('{reviewer}', 'table', 'SELECT', '{gathering_map_cell,gathering_map_township,src_place}'),
        -- scores: likewise
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{provider_anomaly,anomaly_explain,anomaly_figure,peer_keys,propose_peers,case_mix}'),
        ('{reader,author,approver,operator,reviewer}', 'routine', 'EXECUTE', '{anomaly_trend,score_rows,score_review,item_rules,check_pairs}'),
        ('{operator}', 'routine', 'EXECUTE', '{review_scores,stage_scores,score_evidence}'),
        ('{operator}', 'routine', 'EXECUTE',
         '{provider_rules,run_provider_rules,provider_step,provider_setting,bound_columns,lay_provider_query}'),
        ('{reviewer,operator}', 'table', 'SELECT', '{provider_finding}'),
        ('{reviewer,operator}', 'routine', 'EXECUTE',
         '{verify_provider_finding,subject_text,figure_hash,digest_time,provider_digest,finding_id,review_finding_id}')
    ) n (accesses, object_kind, privileges, object_names)
    CROSS JOIN LATERAL pg_catalog.unnest(n.accesses) a (access)
    CROSS JOIN LATERAL pg_catalog.unnest(n.object_names) o (object_name);
END;
COMMENT ON FUNCTION medsup.access_needs() IS
    'what each access needs: object_kind table or routine, the name in schema medsup, the privileges';

CREATE TABLE medsup.access_grant (
    role_name   text NOT NULL,
    access      text NOT NULL,
    granted_by  text NOT NULL DEFAULT CURRENT_USER,
    granted_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT access_grant_pkey PRIMARY KEY (role_name, access),
    CONSTRAINT access_grant_known
        CHECK (access OPERATOR(pg_catalog.=) ANY (ARRAY['reader', 'author', 'approver', 'operator', 'reviewer']))
);
COMMENT ON TABLE medsup.access_grant IS 'which role was given which access, by whom and when; written by grant_access and revoke_access';

CREATE FUNCTION medsup.check_access(role_name text, access text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF access IS NULL OR access NOT IN ('reader', 'author', 'approver', 'operator', 'reviewer') THEN
        RAISE EXCEPTION 'access "%" is not known', COALESCE(access, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known are reader, author, approver, operator and reviewer.';
    END IF;
    IF role_name IS NULL OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = role_name) THEN
        RAISE EXCEPTION 'role "%" does not exist', COALESCE(role_name, 'NULL')
            USING ERRCODE = 'undefined_object',
                  HINT = pg_catalog.format('Create it first: CREATE ROLE %s;', pg_catalog.quote_ident(COALESCE(role_name, 'name')));
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_access(text, text) IS 'refuse an unknown access and a role that does not exist';

-- One direction for both: what is to be there is granted, what is not is revoked.
CREATE FUNCTION medsup.apply_access(role_name text, access text, give boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    o record;
    how text := CASE WHEN give THEN 'GRANT %s ON %s TO %I' ELSE 'REVOKE %s ON %s FROM %I' END;
BEGIN
    EXECUTE pg_catalog.format(how, 'USAGE', 'SCHEMA medsup', role_name);
    FOR o IN
        SELECT n.privileges, 'TABLE ' || c.oid::regclass::text AS what
        FROM medsup.access_needs() n
        JOIN pg_catalog.pg_class c ON c.relname = n.object_name AND c.relnamespace = 'medsup'::regnamespace
            AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        WHERE n.access = apply_access.access AND n.object_kind = 'table'
        UNION ALL
        SELECT n.privileges, 'ROUTINE ' || p.oid::regprocedure::text
        FROM medsup.access_needs() n
        JOIN pg_catalog.pg_proc p ON p.proname = n.object_name AND p.pronamespace = 'medsup'::regnamespace
        WHERE n.access = apply_access.access AND n.object_kind = 'routine'
    LOOP
        EXECUTE pg_catalog.format(how, o.privileges, o.what, role_name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.apply_access(text, text, boolean) IS 'grant or revoke every privilege of one access';

CREATE FUNCTION medsup.grant_access(role_name text, access text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_access(role_name, access);
    PERFORM medsup.make_mask_key();
    PERFORM medsup.apply_access(role_name, access, true);
    INSERT INTO medsup.access_grant (role_name, access)
    VALUES (grant_access.role_name, grant_access.access)
    ON CONFLICT ON CONSTRAINT access_grant_pkey DO NOTHING;
END
$$;
COMMENT ON FUNCTION medsup.grant_access(text, text) IS
    'give a role the access reader, author, approver, operator or reviewer; the role''s own rights on the warehouse stay the DBA''s matter';

CREATE FUNCTION medsup.revoke_access(role_name text, access text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    other text;
BEGIN
    PERFORM medsup.check_access(revoke_access.role_name, revoke_access.access);
    DELETE FROM medsup.access_grant g
    WHERE g.role_name = revoke_access.role_name AND g.access = revoke_access.access;
    IF NOT FOUND THEN
        RAISE WARNING 'role "%" did not have the access %', revoke_access.role_name, revoke_access.access
            USING HINT = 'medsup.access_grant lists who has which.';
    END IF;
    PERFORM medsup.apply_access(revoke_access.role_name, revoke_access.access, false);
    -- Accesses overlap: what another one needs stays.
    FOR other IN SELECT g.access FROM medsup.access_grant g WHERE g.role_name = revoke_access.role_name LOOP
        PERFORM medsup.apply_access(revoke_access.role_name, other, true);
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.revoke_access(text, text) IS
    'take an access back from a role; what its other accesses need stays';

CREATE FUNCTION medsup.refresh_access() RETURNS int
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    g record;
    n int := 0;
BEGIN
    DELETE FROM medsup.access_grant a
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = a.role_name);
    FOR g IN SELECT a.role_name, a.access FROM medsup.access_grant a ORDER BY 1, 2 LOOP
        PERFORM medsup.apply_access(g.role_name, g.access, true);
        n := n + 1;
    END LOOP;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.refresh_access() IS
    'apply the given accesses again, after an upgrade or restore brought new objects; forgets roles that are gone';

-- Everything starts closed; then the types and what makes them work are opened:
-- what stands behind a type, an operator, a cast or an index, and the functions
-- that only look at code values: in C, or in SQL that touches no table.
REVOKE ALL ON ALL ROUTINES IN SCHEMA medsup FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA medsup FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA medsup FROM PUBLIC;
GRANT USAGE ON SCHEMA medsup TO PUBLIC;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        WITH code_type AS (
            SELECT t.oid FROM pg_catalog.pg_type t
            WHERE t.typnamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
              AND t.typtype OPERATOR(pg_catalog.=) ANY (ARRAY['b', 'r', 'm']::"char"[])
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) e.typrelid
                              WHERE e.oid OPERATOR(pg_catalog.=) t.typelem)
        ), behind AS (
            SELECT p.oid FROM pg_catalog.pg_type t
            CROSS JOIN LATERAL (VALUES (t.typinput), (t.typoutput), (t.typreceive), (t.typsend),
                (t.typmodin), (t.typmodout), (t.typanalyze), (t.typsubscript)) x (fn)
            JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) x.fn
            WHERE t.oid OPERATOR(pg_catalog.=) ANY (SELECT c.oid FROM code_type c)
            UNION
            SELECT x.fn FROM pg_catalog.pg_operator o
            CROSS JOIN LATERAL (VALUES (o.oprcode::pg_catalog.oid), (o.oprrest::pg_catalog.oid), (o.oprjoin::pg_catalog.oid)) x (fn)
            UNION
            SELECT a.amproc FROM pg_catalog.pg_amproc a
            UNION
            SELECT c.castfunc FROM pg_catalog.pg_cast c
            UNION
            SELECT r.rngsubdiff FROM pg_catalog.pg_range r
            UNION
            SELECT p.oid FROM pg_catalog.pg_proc p
            JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
            WHERE p.provolatile OPERATOR(pg_catalog.=) 'i'
              AND (l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['c', 'internal'])
                   OR p.prosqlbody IS NOT NULL
                      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                                        AND d.objid OPERATOR(pg_catalog.=) p.oid
                                        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass))
              AND (p.proname OPERATOR(pg_catalog.~) '^((try|why)_|(read_code|name_key)$)'
                   OR EXISTS (SELECT FROM pg_catalog.unnest(pg_catalog.string_to_array(p.proargtypes::text, ' ')::oid[] OPERATOR(pg_catalog.||) p.prorettype
                                                                            OPERATOR(pg_catalog.||) p.proallargtypes) a (t)
                              WHERE a.t OPERATOR(pg_catalog.=) ANY (SELECT c.oid FROM code_type c)))
            UNION
            SELECT p.prosupport FROM pg_catalog.pg_proc p
            WHERE p.pronamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
        )
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
          AND p.oid OPERATOR(pg_catalog.=) ANY (SELECT b.oid FROM behind b)
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f);
    END LOOP;
END
$$;
