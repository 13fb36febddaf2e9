/*
 * gen_columns.h
 *	  The columns of the generated tables, in the order of the national
 *	  platform's exports.  X(TABLE, column, type): type is what --typed makes
 *	  of it; without --typed every column of the warehouse is varchar.
 */
#ifndef GEN_COLUMNS_H
#define GEN_COLUMNS_H

#define FEE_COLUMNS(X) \
	X(FEE, bkkp_sn, TEXT) X(FEE, mdtrt_id, TEXT) X(FEE, fee_ocur_time, TS) \
	X(FEE, setl_id, TEXT) X(FEE, rx_drord_no, TEXT) \
	X(FEE, fixmedins_code, TEXT) X(FEE, fixmedins_name, TEXT) \
	X(FEE, psn_no, TEXT) X(FEE, psn_insu_rlts_id, TEXT) \
	X(FEE, insu_admdvs, TEXT) X(FEE, pay_loc, TEXT) X(FEE, med_type, TEXT) \
	X(FEE, cnt, N4) X(FEE, pric, N6) X(FEE, det_item_fee_sumamt, N2) \
	X(FEE, pric_uplmt_amt, N6) X(FEE, selfpay_prop, P4) \
	X(FEE, fulamt_ownpay_amt, N2) X(FEE, overlmt_selfpay, N2) \
	X(FEE, preselfpay_amt, N2) X(FEE, inscp_amt, N2) \
	X(FEE, cvlserv_bedfee_amt, N2) X(FEE, medins_disc_amt, N2) \
	X(FEE, chrgitm_lv, TEXT) X(FEE, hilist_code, TEXT) \
	X(FEE, hilist_name, TEXT) X(FEE, list_type, TEXT) \
	X(FEE, med_list_codg, TEXT) X(FEE, medins_list_codg, TEXT) \
	X(FEE, medins_list_name, TEXT) X(FEE, med_chrgitm_type, TEXT) \
	X(FEE, prodname, TEXT) X(FEE, spec, TEXT) X(FEE, dosform_name, TEXT) \
	X(FEE, bilg_dept_codg, TEXT) X(FEE, bilg_dept_name, TEXT) \
	X(FEE, bilg_dr_code, TEXT) X(FEE, bilg_dr_name, TEXT) \
	X(FEE, acord_dept_codg, TEXT) X(FEE, acord_dept_name, TEXT) \
	X(FEE, acord_dr_code, TEXT) X(FEE, acord_dr_name, TEXT) \
	X(FEE, lmt_used_flag, TEXT) X(FEE, hosp_prep_flag, TEXT) \
	X(FEE, hosp_appr_flag, TEXT) X(FEE, tcmdrug_used_way, TEXT) \
	X(FEE, prodplac_type, TEXT) X(FEE, bas_medn_flag, TEXT) \
	X(FEE, hi_nego_drug_flag, TEXT) X(FEE, prcu_drug_flag, TEXT) \
	X(FEE, chld_medc_flag, TEXT) X(FEE, etip_flag, TEXT) \
	X(FEE, etip_hosp_code, TEXT) X(FEE, dscg_tkdrug_flag, TEXT) \
	X(FEE, list_sp_item_flag, TEXT) X(FEE, matn_fee_flag, TEXT) \
	X(FEE, drt_reim_flag, TEXT) X(FEE, reim_prop, P4) \
	X(FEE, oprn_oprt_code, TEXT) X(FEE, sin_dos_dscr, TEXT) \
	X(FEE, used_frqu_dscr, TEXT) X(FEE, prd_days, N2) \
	X(FEE, medc_way_dscr, TEXT) X(FEE, memo, TEXT) X(FEE, vali_flag, TEXT) \
	X(FEE, rid, TEXT) X(FEE, updt_time, TS) X(FEE, crter_id, TEXT) \
	X(FEE, crter_name, TEXT) X(FEE, crte_time, TS) \
	X(FEE, crte_optins_no, TEXT) X(FEE, opter_id, TEXT) \
	X(FEE, opter_name, TEXT) X(FEE, opt_time, TS) X(FEE, optins_no, TEXT) \
	X(FEE, poolarea_no, TEXT) X(FEE, rx_circ_flag, TEXT) \
	X(FEE, dise_codg, TEXT) X(FEE, chrg_bchno, TEXT) \
	X(FEE, init_feedetl_sn, TEXT) X(FEE, comb_no, TEXT) X(FEE, pt, TEXT)

#define MDTRT_COLUMNS(X) \
	X(MDTRT, mdtrt_id, TEXT) X(MDTRT, medins_setl_id, TEXT) \
	X(MDTRT, psn_no, TEXT) X(MDTRT, psn_insu_rlts_id, TEXT) \
	X(MDTRT, psn_cert_type, TEXT) X(MDTRT, certno, TEXT) \
	X(MDTRT, psn_name, TEXT) X(MDTRT, gend, TEXT) X(MDTRT, naty, TEXT) \
	X(MDTRT, brdy, D) X(MDTRT, age, I) X(MDTRT, coner_name, TEXT) \
	X(MDTRT, tel, TEXT) X(MDTRT, addr, TEXT) X(MDTRT, insutype, TEXT) \
	X(MDTRT, psn_type, TEXT) X(MDTRT, cvlserv_flag, TEXT) \
	X(MDTRT, cvlserv_lv, TEXT) X(MDTRT, sp_psn_type, TEXT) \
	X(MDTRT, sp_psn_type_lv, TEXT) X(MDTRT, flxempe_flag, TEXT) \
	X(MDTRT, nwb_flag, TEXT) X(MDTRT, insu_admdvs, TEXT) \
	X(MDTRT, emp_no, TEXT) X(MDTRT, emp_name, TEXT) \
	X(MDTRT, emp_type, TEXT) X(MDTRT, econ_type, TEXT) \
	X(MDTRT, afil_indu, TEXT) X(MDTRT, afil_rlts, TEXT) \
	X(MDTRT, emp_mgt_type, TEXT) X(MDTRT, pay_loc, TEXT) \
	X(MDTRT, fixmedins_code, TEXT) X(MDTRT, fixmedins_name, TEXT) \
	X(MDTRT, hosp_lv, TEXT) X(MDTRT, fix_blng_admdvs, TEXT) \
	X(MDTRT, lmtpric_hosp_lv, TEXT) X(MDTRT, dedc_hosp_lv, TEXT) \
	X(MDTRT, begntime, TS) X(MDTRT, endtime, TS) \
	X(MDTRT, mdtrt_cert_type, TEXT) X(MDTRT, mdtrt_cert_no, TEXT) \
	X(MDTRT, med_type, TEXT) X(MDTRT, rloc_type, TEXT) \
	X(MDTRT, ars_year_ipt_flag, TEXT) X(MDTRT, pre_pay_flag, TEXT) \
	X(MDTRT, year, TEXT) X(MDTRT, refl_old_mdtrt_id, TEXT) \
	X(MDTRT, ipt_otp_no, TEXT) X(MDTRT, medrcdno, TEXT) \
	X(MDTRT, chfpdr_code, TEXT) X(MDTRT, adm_diag_dscr, TEXT) \
	X(MDTRT, adm_dept_codg, TEXT) X(MDTRT, adm_dept_name, TEXT) \
	X(MDTRT, adm_bed, TEXT) X(MDTRT, wardarea_bed, TEXT) \
	X(MDTRT, traf_dept_flag, TEXT) X(MDTRT, dscg_maindiag_code, TEXT) \
	X(MDTRT, dscg_dept_codg, TEXT) X(MDTRT, dscg_dept_name, TEXT) \
	X(MDTRT, dscg_bed, TEXT) X(MDTRT, dscg_way, TEXT) \
	X(MDTRT, main_cond_dscr, TEXT) X(MDTRT, dise_no, TEXT) \
	X(MDTRT, dise_name, TEXT) X(MDTRT, oprn_oprt_code, TEXT) \
	X(MDTRT, oprn_oprt_name, TEXT) X(MDTRT, otp_diag_info, TEXT) \
	X(MDTRT, inhosp_stas, TEXT) X(MDTRT, die_date, D) X(MDTRT, ipt_days, I) \
	X(MDTRT, geso_val, I) X(MDTRT, birctrl_type, TEXT) X(MDTRT, fetts, I) \
	X(MDTRT, fetus_cnt, I) X(MDTRT, matn_type, TEXT) \
	X(MDTRT, prey_time, TS) X(MDTRT, latechb_flag, TEXT) \
	X(MDTRT, pret_flag, TEXT) X(MDTRT, fpsc_no, TEXT) \
	X(MDTRT, birctrl_matn_date, D) X(MDTRT, cop_flag, TEXT) \
	X(MDTRT, trt_dcla_detl_sn, TEXT) X(MDTRT, vali_flag, TEXT) \
	X(MDTRT, rid, TEXT) X(MDTRT, updt_time, TS) X(MDTRT, poolarea_no, TEXT) \
	X(MDTRT, chfpdr_name, TEXT) X(MDTRT, dscg_maindiag_name, TEXT) \
	X(MDTRT, adm_caty, TEXT) X(MDTRT, dscg_caty, TEXT) \
	X(MDTRT, ttp_pay_flag, TEXT) X(MDTRT, ttp_pay_prop, P4) \
	X(MDTRT, dise_type_code, TEXT) X(MDTRT, same_dise_adm_flag, TEXT) \
	X(MDTRT, pt, TEXT)

#define SETL_COLUMNS(X) \
	X(SETL, setl_id, TEXT) X(SETL, clr_optins, TEXT) \
	X(SETL, medins_setl_id, TEXT) X(SETL, mdtrt_id, TEXT) \
	X(SETL, init_setl_id, TEXT) X(SETL, psn_no, TEXT) \
	X(SETL, psn_insu_rlts_id, TEXT) X(SETL, psn_name, TEXT) \
	X(SETL, psn_cert_type, TEXT) X(SETL, certno, TEXT) X(SETL, gend, TEXT) \
	X(SETL, naty, TEXT) X(SETL, brdy, D) X(SETL, age, I) \
	X(SETL, insutype, TEXT) X(SETL, psn_type, TEXT) \
	X(SETL, cvlserv_flag, TEXT) X(SETL, cvlserv_lv, TEXT) \
	X(SETL, sp_psn_type, TEXT) X(SETL, sp_psn_type_lv, TEXT) \
	X(SETL, clct_grde, TEXT) X(SETL, flxempe_flag, TEXT) \
	X(SETL, nwb_flag, TEXT) X(SETL, insu_admdvs, TEXT) \
	X(SETL, emp_no, TEXT) X(SETL, emp_name, TEXT) X(SETL, emp_type, TEXT) \
	X(SETL, econ_type, TEXT) X(SETL, afil_indu, TEXT) \
	X(SETL, afil_rlts, TEXT) X(SETL, emp_mgt_type, TEXT) \
	X(SETL, pay_loc, TEXT) X(SETL, fixmedins_code, TEXT) \
	X(SETL, fixmedins_name, TEXT) X(SETL, hosp_lv, I) \
	X(SETL, fix_blng_admdvs, TEXT) X(SETL, lmtpric_hosp_lv, TEXT) \
	X(SETL, dedc_hosp_lv, TEXT) X(SETL, begndate, D) X(SETL, enddate, D) \
	X(SETL, setl_time, TS) X(SETL, mdtrt_cert_type, TEXT) \
	X(SETL, mdtrt_cert_no, TEXT) X(SETL, med_type, I) \
	X(SETL, setl_type, TEXT) X(SETL, clr_type, TEXT) X(SETL, clr_way, TEXT) \
	X(SETL, psn_setlway, TEXT) X(SETL, medfee_sumamt, N2) \
	X(SETL, fulamt_ownpay_amt, N2) X(SETL, overlmt_selfpay, N2) \
	X(SETL, preselfpay_amt, N2) X(SETL, inscp_amt, N2) \
	X(SETL, dedc_std, N2) X(SETL, crt_dedc, N2) X(SETL, act_pay_dedc, N2) \
	X(SETL, hifp_pay, N2) X(SETL, pool_prop_selfpay, P4) \
	X(SETL, hi_agre_sumfee, N2) X(SETL, cvlserv_pay, N2) \
	X(SETL, hifes_pay, N2) X(SETL, hifmi_pay, N2) X(SETL, hifob_pay, N2) \
	X(SETL, hifdm_pay, N2) X(SETL, maf_pay, N2) X(SETL, othfund_pay, N2) \
	X(SETL, fund_pay_sumamt, N2) X(SETL, psn_pay, N2) X(SETL, acct_pay, N2) \
	X(SETL, cash_payamt, N2) X(SETL, ownpay_hosp_part, N2) \
	X(SETL, balc, N2) X(SETL, acct_mulaid_pay, N2) \
	X(SETL, refd_setl_flag, TEXT) X(SETL, cal_ipt_cnt, I) \
	X(SETL, setl_cashpay_way, TEXT) X(SETL, year, TEXT) \
	X(SETL, dise_no, TEXT) X(SETL, dise_name, TEXT) X(SETL, invono, TEXT) \
	X(SETL, manl_reim_rea, TEXT) X(SETL, vali_flag, TEXT) \
	X(SETL, rid, TEXT) X(SETL, updt_time, TS) X(SETL, poolarea_no, TEXT) \
	X(SETL, mid_setl_flag, TEXT) X(SETL, acct_used_flag, TEXT) \
	X(SETL, quts_type, TEXT) X(SETL, bydise_setl_payamt, N2) \
	X(SETL, exct_item_fund_payamt, N2) X(SETL, pt, TEXT)

#define DIAG_COLUMNS(X) \
	X(DIAG, setl_list_diag_id, TEXT) X(DIAG, setl_id, TEXT) \
	X(DIAG, mdtrt_id, TEXT) X(DIAG, psn_no, TEXT) X(DIAG, diag_type, TEXT) \
	X(DIAG, maindiag_flag, TEXT) X(DIAG, diag_code, TEXT) \
	X(DIAG, diag_name, TEXT) X(DIAG, adm_cond_type, TEXT) \
	X(DIAG, vali_flag, TEXT) X(DIAG, rid, TEXT) X(DIAG, updt_time, TS) \
	X(DIAG, pt, TEXT)

#define OPRN_COLUMNS(X) \
	X(OPRN, setl_list_oprn_id, TEXT) X(OPRN, setl_id, TEXT) \
	X(OPRN, psn_no, TEXT) X(OPRN, mdtrt_id, TEXT) \
	X(OPRN, main_oprn_flag, TEXT) X(OPRN, oprn_oprt_name, TEXT) \
	X(OPRN, oprn_oprt_code, TEXT) X(OPRN, oprn_oprt_date, D) \
	X(OPRN, anst_way, TEXT) X(OPRN, oper_dr_name, TEXT) \
	X(OPRN, oper_dr_code, TEXT) X(OPRN, anst_dr_name, TEXT) \
	X(OPRN, anst_dr_code, TEXT) X(OPRN, vali_flag, TEXT) X(OPRN, rid, TEXT) \
	X(OPRN, updt_time, TS) X(OPRN, anst_begntime, TS) \
	X(OPRN, anst_endtime, TS) X(OPRN, oprn_oprt_begntime, TS) \
	X(OPRN, oprn_oprt_endtime, TS) X(OPRN, pt, TEXT)

#define FIX_COLUMNS(X) \
	X(FIX, fixmedins_code, TEXT) X(FIX, fixmedins_name, TEXT) \
	X(FIX, uscc, TEXT) X(FIX, fixmedins_type, TEXT) \
	X(FIX, medins_type, TEXT) X(FIX, medinslv, TEXT) X(FIX, hosp_lv, TEXT) \
	X(FIX, fix_blng_admdvs, TEXT) X(FIX, addr, TEXT) X(FIX, lnt, C6) \
	X(FIX, lat, C6) X(FIX, begntime, TS) X(FIX, endtime, TS) \
	X(FIX, vali_flag, TEXT) X(FIX, rid, TEXT) X(FIX, updt_time, TS) \
	X(FIX, pt, TEXT)

/* Of no national table: where institutions are and persons live. */
#define PLACE_COLUMNS(X) \
	X(PLACE, place_id, TEXT) X(PLACE, fixmedins_code, TEXT) \
	X(PLACE, psn_no, TEXT) X(PLACE, lnt, C6) X(PLACE, lat, C6) \
	X(PLACE, admdvs, TEXT) X(PLACE, datum, TEXT) X(PLACE, precision, TEXT)

#define TRUTH_COLUMNS(X) \
	X(TRUTH, case_id, TEXT) X(TRUTH, expect, TEXT) \
	X(TRUTH, rule_code, TEXT) X(TRUTH, near_miss_kind, TEXT) \
	X(TRUTH, psn_no, TEXT) X(TRUTH, mdtrt_id, TEXT) \
	X(TRUTH, feedetl_sn, TEXT) X(TRUTH, scope, TEXT) X(TRUTH, excess, N4) \
	X(TRUTH, vola_amt, N2) X(TRUTH, inscp_amt, N2) X(TRUTH, fund_amt, N2) \
	X(TRUTH, fund_method, TEXT) X(TRUTH, reason, TEXT) X(TRUTH, note, TEXT)

#define GATHER_COLUMNS(X) \
	X(GATHER, gathering, TEXT) X(GATHER, kind, TEXT) \
	X(GATHER, psn_no, TEXT) X(GATHER, mdtrt_id, TEXT) \
	X(GATHER, fixmedins_code, TEXT)

#define SKIP_COLUMNS(X) \
	X(SKIP, reason, TEXT) X(SKIP, lines, B)

#define TOTAL_COLUMNS(X) \
	X(TOTAL, name, TEXT) X(TOTAL, value, N2)

#endif							/* GEN_COLUMNS_H */
