"""The words of the printed batch record in both languages; codes without a word are printed as they are."""

from collections.abc import Mapping

Lang = str

# Each line: key, Chinese, English.
_LABELS = """
title|批生产记录|Batch production record
batch|批号|Batch number
product|产品|Product
strength|规格|Strength
size|批量|Batch size
recipe|工艺规程|Master recipe
version|版本|version
status|状态|Status
started|生产开始|Production started
ended|生产结束|Production ended
disposition|放行决定|Disposition
none_yet|尚未放行或拒绝。|Neither released nor rejected yet.
signed_by|签名人|Signed by
meaning|含义|Meaning
signed_at|签名时间|Signed at
proof_password_2|登录名与密码|Login and password
proof_password_1|密码（连续签名中）|Password, signing going on
proof_passkey_2|通行密钥|Passkey
digest|所示内容摘要|Digest of what was shown
reason|理由|Reason
sealed|封存的批记录条目|Entries of the batch that are sealed
signatures|电子签名|Electronic signatures
superseded|其后重新签名，本签名已过时。|Went stale, and was signed anew later.
stale_waiver|签名后该设备又送达记录：本签名不涵盖它们。|The device has delivered more since: not covered.
stale|签名后又有新记录：本签名不涵盖它们。|Entries came after this signature, which does not cover them.
materials|物料|Materials
material|物料|Material
name|名称|Name
lot|物料批号|Lot number
execution|生产过程|Execution
instruction|操作要求|Instruction
what|项目|What
value|值|Value
limits|限度|Limits
source|来源|Source
person|操作人|Performed by
verifier|复核人|Verified by
device|设备|Device
captured|记录时间|Captured
recorded|入账时间|In the log
made|必定作于|Must have been made
not_shown|（无下限）|(not shown)
index|序号|Index
changes|更正|Changes
was|原值|was
comment|备注|Comment
no_entries|无记录。|Nothing was recorded.
withheld|内容未提供|Withheld
some_withheld|应要求未提供以下内容，其记录仍受证明约束：|On request not provided; the proof still binds it:
witnessed|见证|Witnessed by
not_witnessed|本站点未设见证方|This site has no witness
stamped|时间戳|Time stamp
not_stamped|无|none
exceptions|异常、冲突与决定|Exceptions, conflicts and decisions
no_exceptions|无。|None.
decision|决定|Decision
open|未决|open
remarks|备注与照片|Remarks and photos
photo_missing|照片文件未送达|The photo has not arrived
photo_damaged|照片无法显示，原文件见附件|The photo cannot be shown; the file is attached
records|表单记录|Filled forms
records_text|各表单的全部页面见附件。|The pages of each are attached.
records_done|完成|Completed
results|检验结果|Test results
stage|阶段|Stage
test|检验项目|Test
verdict|判定|Verdict
yields|收率|Yields
blank|空白批生产记录|Empty batch record
copy|副本|Copy
issued|发放|Issued
blank_why|为何使用纸质记录|Why on paper
blank_from|自（日期、时间）|From (date, time)
blank_until|至（日期、时间）|Until (date, time)
blank_typed_by|录入人、日期|Typed in by, date
paper_done_by|操作人|done by
paper_checked_by|核对人|compared by
paper_compared_by_nobody|无人核对|compared by nobody
paper_typed_by|抄录|typed in by
paper_typed_in|已抄录的工序|Typed in: phases
paper_unknown|去向不明|Nobody knows what became of it
typed|抄录|Typed in
copies|空白批记录副本|Copies of the empty record
copy_issued|发放|Issued
copy_outcome|去向|What became of it
unused|未使用|Unused
spoiled|作废|Spoiled
lost|遗失|Lost
blank_print|打印|Print
blank_checked_by|核对人、日期|Compared by, date
ok_or_not|合格 / 不合格|in order / not in order
done|已完成|Done
used|所用物料与数量|Materials used
container|容器|Container
brought|领入|Brought
weighed|称出|Weighed out
came_back|退回|Came back
balance_of|物料平衡|Material balance
scrapped|报废|Scrapped
balanced|物料平衡|By its balance
difference|差异|Difference
printed|印刷包装材料平衡|Balance of printed materials
printed_text|差额为使用、销毁、留样与退库之和减去领用。|The difference is what became of it less what was issued.
printed_used|使用|Used
printed_destroyed|销毁|Destroyed
printed_kept|留样|Specimens
printed_back|退库|Returned
specimens|印刷包装材料样张|Specimens of printed materials
stages|工序起止|Stages
people|人员|People
did|操作|Performed
checked|复核|Checked
decided|决定|Decided
equipment|所用设备|Equipment used
alarms_elsewhere|使用期间另行记录的设备报警|Alarms that were told elsewhere while it was used
alarm_cleared|解除|cleared
environment|生产期间房间环境|Environment of the rooms
environment_text|时间为网桥时钟（UTC）；依当时限度判定。|By the clock of the bridge (UTC); judged by the limits of then.
room|房间|Room
from_to|起止|From, to
quantity|参数|Quantity
readings|读数|Readings
min_mean_max|最小 / 平均 / 最大|Minimum / mean / maximum
longest_gap|最长无读数|Longest without
no_sensor|无读数：房间内没有传感器|No readings: no sensor in the room
no_readings|无读数|No readings
no_limits|未设限度|No limits set
still_running|仍在进行|still running
beyond_action|超出行动限|Beyond action limits
beyond_alert|超出警戒限|Beyond alert limits
without_reading|无读数时间超过允许值|Longer without a reading than allowed
limits_changed|阶段期间限度变更|Limits changed during the phase
serial|序列号|Serial number
calibrated|校准有效期|Calibrated until
genealogy|来源与去向|Genealogy
origin|来源|Origin
dates|生产 → 有效期|Made → expiry
made_by|由批次制成|Made as batch
came_from|来自供应商|Came from supplier
went_into|用于批次|Went into batch
descent|拆分、合并与返工|Split, merge and rework
descent_text|此前的生产、检验与收率见来源批次的批记录：|What was done before is in the records of:
rework_same|按原工艺返工|Reprocessed by the same process
rework_other|按其他工艺重新加工|Reworked by another process
rework_stage|返回工序|back to stage
risk|风险评估|Risk
clauses|法规条款对照|Clauses and where they are answered
clauses_text|页码为本文件的页码；未记录的条款亦列出。|Pages of this document; what has no record is named too.
clause|条款|Clause
asks|要求|Asks for
on_page|页|Page
not_answered|本批未记录|not recorded
audits|审计追踪审核|Reviews of the audit trail
audits_text|审核本身是厂区日志的记录，序号如下，不在附件之中。|Entries of the site's log, by index; not attached.
audit_count|记录数|Entries
audit_part|仅为其中一部分|only a part of them
audit_never|本批审计追踪尚未审核。|The audit trail of this batch has not been reviewed.
audit_since|审核之后又有新记录，条数：|Entries that came after the review:
audit_whole|审核涵盖放行前本批的全部记录。|The review covers all entries of the batch but its disposition.
gates|放行条件|Conditions of release
met|满足|met
unmet|未满足|not met
entries|全部记录|All entries
kind|类别|Kind
flags|标记|Flags
proof|如何核验|How to verify
log_origin|日志|Log
log_size|日志条数|Entries in the log
log_root|根哈希|Root hash
server_key|站点公钥|Site key
stream|本批记录条数|Entries of this batch
generated|打印时间|Printed
page|页|Page
manual|手工输入|typed by hand
device_source|设备|device
balance|天平|balance
raw|原始数据|raw line
conflict_superseded|经裁定不采用|not chosen by decision
out|超限|out of limits
mean|均值|mean
gross|毛重|gross
tare|皮重|tare
assay|含量|assay
water|水分|water
compensated|活性物料实称/理论|active materials dispensed / nominal
counts_as|计入|counts as
round|轮|round
ok|合格|in order
not_ok|不合格|not in order
server|服务器|server
"""

_CODES = """
waiver|豁免设备|Device waived
production_review|生产部门审核|Review by production
offline_pin|离线，PIN|offline, PIN
offline_passkey|离线，通行密钥|offline, passkey
ordered|已下达|Ordered
in_progress|生产中|In progress
awaiting_review|待审核|Awaiting review
released|已放行|Released
rejected|已拒绝|Rejected
split|已拆分|Split
merged|已合并|Merged
reworked|已返工|Reworked
historical|历史批|Historical
lot.quarantine|待验|Quarantine
lot.released|合格|Released
lot.rejected|不合格|Rejected
lot.restricted|限制使用|Restricted
lot.expired|过期|Expired
lot.retest_due|待复验|Retest due
lot.historical|历史|Historical
incoming|入库检验|Incoming inspection
in_process|中间控制|In-process control
release|成品检验|Release test
pass|符合|within limits
fail|不符合|out of limits
none|无限度|no limits
resolved|已裁定|decided
assessed|已评估|assessed
withdrawn|已撤销|withdrawn
closed|已关闭|closed
identity.device_enrolled.v1|设备登记|Device enrolled
production.material_dispensed.v1|称量配料|Material dispensed
production.container_returned.v1|容器退库|Container returned
production.container_issued.v1|容器发料|Container issued
production.containers_allocated.v2|容器分配|Containers allocated
production.order_withdrawn.v1|撤回批指令|Batch order withdrawn
production.batch_number_given.v1|分配批号|Batch number given
production.batch_split.v1|拆分批次|Batch split
production.batches_merged.v1|合并批次|Batches merged
production.rework_ordered.v1|下达返工|Rework ordered
production.batch_formed.v1|由其他批次形成|Batch formed of others
production.order_planned.v1|编制批指令|Batch order planned
production.order_released.v1|批指令下达|Batch order released
production.order_released.v2|批指令下达|Batch order released
production.phase_started.v1|步骤开始|Phase started
production.line_cleared.v1|清场|Line cleared
production.material_weighed.v1|称量|Material weighed
production.rest_weighed.v1|称量容器余量|Rest of a container weighed
production.parameter_recorded.v1|参数|Parameter recorded
production.parameter_recorded.v2|参数|Parameter recorded
production.sample_requested.v1|申请取样|Sample asked for
quality.request_answered.v1|取样申请已处理|Sampling request answered
quality.sample_untested.v1|样品不检验|Sample not tested
production.check_recorded.v1|中间控制|In-process check
production.yield_recorded.v1|收率|Yield
production.material_balanced.v1|印刷包材物料平衡|Balance of a printed material
production.specimen_kept.v1|印刷包材样张|Specimen of a printed material
production.yield_explained.v1|收率超限说明|Explanation of a yield
production.phase_completed.v1|步骤完成|Phase completed
production.phase_held.v1|步骤暂停|Phase held
production.phase_resumed.v1|步骤恢复|Phase resumed
production.phase_aborted.v1|步骤中止|Phase aborted
production.phase_skipped.v1|步骤跳过|Phase skipped
production.equipment_identified.v1|设备确认|Equipment identified
production.equipment_cleaned.v1|设备清洁|Equipment cleaned
production.cleaning_checked.v1|清洁复核|Cleaning checked
production.alarm_raised.v1|设备报警|Alarm of equipment
production.remark_added.v1|备注|Remark
production.photo_attached.v1|照片|Photo
production.entry_verified.v1|事后复核|Confirmed afterwards
handheld.lease_issued.v3|携带离线|Taken along
handheld.pin_tried.v1|PIN 尝试|PIN tried
production.paper_begun.v1|开始抄录纸质记录|Typing in from paper begun
production.paper_ended.v1|纸质记录抄录完毕|Typing in from paper ended
production.exception_raised.v1|异常|Exception
production.exception_withdrawn.v1|异常已撤销：所缺记录后到|Exception withdrawn: what was missing has come
production.exception_reported.v1|上报异常|Exception reported
production.conflict_found.v1|冲突|Conflict
production.batch_imported.v1|历史批导入|Historical batch imported
quality.certificate_recorded.v1|供应商检验报告书已登记|Certificate of analysis recorded
quality.results_recorded.v3|检验结果|Results recorded
quality.sample_handed.v1|样品流转|Sample handed on
quality.sample_taken.v1|取样|Sample taken
quality.sample_voided.v1|样品作废|Sample taken back
quality.inspection_drawn.v1|重新抽取取样容器|Containers to sample drawn again
quality.inspection_opened.v1|检验任务开立|Inspection opened
quality.sampling_resumed.v1|恢复抽样检验|Sampling goes on
quality.result_set_aside.v1|检验结果不计入|Result set aside
quality.results_checked.v1|检验结果已复核|Results checked
quality.specification_submitted.v2|质量标准提交批准（含取样方案）|Specification with sampling plan submitted
quality.results_recorded.v2|检验结果|Results recorded
quality.specification_returned.v1|质量标准退回|Specification sent back
quality.specification_approved.v1|质量标准批准|Specification approved
quality.specification_submitted.v1|质量标准提交批准|Specification submitted for approval
quality.deviation_closed.v2|偏差经流程关闭|Deviation closed by its flow
quality.results_recorded.v1|检验结果|Results recorded
release.blank_accounted.v1|空白纸质批记录去向|What became of an empty record
release.blank_issued.v1|发放空白纸质批记录|Empty record on paper issued
release.blank_printed.v1|打印空白纸质批记录|Empty record on paper printed
release.record_set_aside.v1|不再等待表单|Form set aside
release.conflict_resolved.v1|冲突裁定|Conflict decided
release.exception_assessed.v1|异常评估|Exception assessed
release.batch_released.v1|批放行|Batch released
release.batch_rejected.v1|批拒绝|Batch rejected
release.batch_released.v2|批放行并封存|Batch released and sealed
release.batch_rejected.v2|批拒绝并封存|Batch rejected and sealed
release.batch_released.v3|批放行并封存|Batch released and sealed
release.batch_rejected.v3|批拒绝并封存|Batch rejected and sealed
release.production_reviewed.v1|生产部门审核|Reviewed by production
release.device_waived.v1|设备豁免|Device waived
release.device_waived.v2|设备豁免|Device waived
release.difference_explained.v1|物料偏差已解释|Material difference explained
release.question_asked.v1|审核提问|Question of the review
release.question_answered.v1|问题已答复|Question answered
flows.instance_halted.v1|流程无法自行继续|Flow cannot go on by itself
flows.task_reassigned.v1|任务改派|Task given to another
flows.version_rejected.v2|流程退回|Flow sent back
flows.version_approved.v2|流程批准|Flow approved
flows.task_commented.v2|任务备注（可附文件）|Comment with files
flows.noted.v1|流程注明|Noted in a flow
flows.task_signed.v2|任务签署完成|Task completed and signed
flows.flow_disabled.v1|流程停用|Flow taken out of use
flows.flow_enabled.v1|流程投入使用|Flow put to use
flows.version_delivered.v1|流程随产品交付|Flow delivered with the product
flows.version_submitted.v1|流程提交批准|Flow submitted for approval
flows.version_approved.v1|流程批准|Flow approved
flows.version_rejected.v1|流程驳回|Flow rejected
flows.instance_started.v1|流程启动|Flow started
flows.instance_moved.v1|流程迁移到其他版本|Flow moved to another version
flows.instance_cancelled.v1|流程取消|Flow cancelled
flows.instance_ended.v1|流程结束|Flow ended
flows.task_completed.v1|任务完成|Task completed
flows.task_signed.v1|任务签署完成|Task completed and signed
flows.task_claimed.v1|任务接手|Task taken up
flows.task_delegated.v1|任务转交|Task handed on
flows.task_commented.v1|任务备注|Comment on a task
flows.timer_fired.v1|流程定时到期|Time of a flow passed
flows.message_received.v1|流程收到消息|Message received by a flow
recipes.recipe_approved.v2|批准工艺规程（流程）|Recipe approved by its flow
recipes.version_returned.v1|退回工艺规程版本|Recipe version sent back
recipes.version_submitted.v2|提交工艺规程版本|Recipe version submitted
recipes.version_submitted.v3|提交工艺规程版本|Recipe version submitted
recipes.recipe_approved.v3|批准工艺规程|Recipe approved
recipes.version_submitted.v1|提交工艺规程版本|Recipe version submitted
materials.stock_rule_set.v1|库存预警规则|Rule of stock set
materials.count_closed.v1|盘点关闭|Count closed
materials.container_counted.v1|容器盘点|Container counted
materials.count_ordered.v1|下达盘点|Count ordered
materials.container_freed.v1|解除容器限制|Container freed
materials.container_restricted.v1|容器限制使用|Container restricted
materials.container_scrapped.v1|报废|Container scrapped
materials.containers_merged.v1|容器合并|Containers merged
materials.container_split.v1|容器分装|Container split
materials.container_moved.v1|容器移动|Container moved
materials.location_defined.v1|库位|Location defined
materials.label_printed.v1|打印标签|Label printed
materials.label_template_decided.v1|决定标签设计|Label design decided on
materials.label_template_submitted.v1|提交标签设计|Label design submitted
materials.purchase_line_closed.v1|关闭采购订单行|Purchase order line closed
materials.purchase_order_rejected.v1|拒绝采购订单|Purchase order rejected
materials.purchase_order_approved.v1|批准采购订单|Purchase order approved
materials.purchase_order_placed.v1|提交采购订单|Purchase order placed
materials.receiving_rule_set.v1|设定收货规则|Rule of receiving set
materials.numbers_returned.v1|归还物料批号|Lot numbers given back
materials.numbers_reserved.v1|预留物料批号|Lot numbers reserved
materials.containers_received.v2|容器接收|Containers received
materials.lot_received.v2|到货接收|Lot received
materials.lot_status_changed.v2|物料批使用决定|Use of a lot decided
materials.lot_status_changed.v3|物料批使用决定|Use of a lot decided
materials.delivery_accepted.v1|接受未获准供应商的到货|Delivery accepted
materials.supply_decided.v1|决定供应商可供物料|Supply of a material decided on
materials.supplier_decided.v1|决定供应商资格|Supplier decided on
materials.supplier_registered.v1|登记供应商|Supplier registered
materials.master_returned.v1|退回物料主数据|Material sent back
materials.master_approved.v1|批准物料主数据|Material approved
materials.master_submitted.v1|提交物料主数据|Material submitted
materials.requisition_rejected.v1|采购申请拒绝|Requisition rejected
materials.requisition_approved.v1|采购申请批准|Requisition approved
planning.parameters_set.v1|设定计划参数|Planning parameters set
planning.demand_set.v1|设定需求|Demand set
planning.calendar_set.v1|设定工作日历|Working calendar set
planning.line_set.v1|设定生产线|Line set
planning.order_scheduled.v1|排定批的生产时段|Batch scheduled
materials.requisition_raised.v1|提出采购申请|Requisition raised
equipment.balance_checked.v1|天平核查|Balance checked
equipment.cleaned.v1|设备清洁|Equipment cleaned
equipment.cleaned.v2|设备清洁|Equipment cleaned
equipment.cleaning_checked.v1|清洁复核|Cleaning checked
equipment.alarm_raised.v1|设备报警|Alarm of equipment
equipment.alarm_cleared.v1|报警解除|Alarm cleared
equipment.cleaning_set.v1|清洁保留时限设定|Hold times of cleaning set
equipment.status_set.v1|设备状态设定|Status of equipment set
equipment.balance_limits_set.v1|天平使用限度设定|Limits of a balance set
equipment.scale_read.v1|体重秤类读数（未评定稳定性）|Scale read (stability not stated)
environment.point_read.v1|房间环境读数|Air of a room read
environment.limits_set.v1|房间环境限度设定|Limits of a room set
temperature|温度|Temperature
humidity|相对湿度|Relative humidity
differential_pressure|压差|Differential pressure
alert|警戒|Alert
action|行动|Action
equipment.process_read.v1|设备过程数据|Figures of a machine
forms.version_rejected.v2|表单退回|Form sent back
forms.row_struck.v1|行作废|Row struck out
forms.version_approved.v2|表单批准|Form approved
forms.version_submitted.v2|表单签名提交批准|Form submitted for approval, signed
forms.version_submitted.v1|表单提交批准|Form submitted for approval
forms.version_approved.v1|表单批准|Form approved
forms.version_rejected.v1|表单退回|Form rejected
forms.version_withdrawn.v1|表单撤回|Form withdrawn
release.audit_reviewed.v1|审计追踪已审核|Audit trail reviewed
quality.deviation_opened.v1|偏差开立|Deviation opened
quality.deviation_closed.v1|偏差关闭|Deviation closed
release.release_refused.v1|放行被拒|Release refused
handheld.lease_issued.v1|带走|Taken along
handheld.lease_returned.v1|交回|Handed back
handheld.lease_revoked.v1|收回|Taken back
production.containers_allocated.v1|容器分配|Containers allocated
production.allocation_released.v1|分配解除|Allocation released
out_of_limits|超限|Out of limits
check_late|中间控制检查过迟|In-process check taken too late
check_missed|中间控制检查漏做|In-process check missed
nelson_rule|控制图出现非偶然的模式|Pattern in the control chart that is not chance
yield_stale|收率或物料平衡所依据的数值已失效|Yield or balance from values that no longer stand
yield_unexplained|收率或物料平衡超限未说明即继续生产|Went on after an unexplained yield or balance
count_impossible|数量不可能|A count that nobody can have counted
issued_differs|领用数与仓库发放数不符|Not as much of a printed material as the store has issued
specimen_missing|未留印刷包材样张|No specimen of a printed material was kept
specimen_differs|样张所印批号不符|Another batch number is printed on the specimen
explanation_unknown|说明所指并非本步骤的收率或物料平衡|Explains no yield or balance of this phase
explanation_unsigned|说明没有本人签名|Explanation without a signature of its own
manual_weight_unverified|手工称量无复核|Typed weight without second person
verifier_is_performer|复核人即操作人|Verifier is the performer
reading_unverified|天平读数未核实|Balance reading not verified
balance_out_of_range|超出天平称量范围|Beyond the range of the balance
below_minimum_weight|低于天平最小称量值|Below the minimum weight of the balance
balance_not_checked|天平无有效核查|Balance without a valid check
phase_order|步骤顺序不符|Phase out of order
phase_held|步骤暂停期间操作|Work while the phase was held
hold_long|暂停推迟了应做的检查|A hold put off checks that were due
phase_left|步骤中止或跳过后操作|Work after the phase was aborted or skipped
phase_not_started|步骤未开始即完成|Completed without ever being begun
phase_aborted|步骤中止|Phase aborted
phase_skipped|步骤跳过|Phase skipped
dirty_hold_exceeded|待清洁超时|Dirty for too long
not_a_bridge|不是网桥发来的|Not from a bridge
sensor_unplaced|传感器未登记房间|Sensor stands in no room
equipment_unknown|设备未登记|Equipment not registered
cleaning_unknown|没有这条清洁记录|Checks no cleaning that is known here
equipment_not_clean|设备未清洁|Equipment not clean
equipment_barred|设备停用|Equipment barred
room_beyond_action|房间环境超出行动限|Room beyond its action limits
equipment_in_alarm|设备报警期间使用|Equipment used in an alarm
bound_value_typed|应取自设备的参数由人工输入|Bound parameter typed by hand
sensed_unverified|取自设备的数值未核实|Value from equipment not verified
equipment_unfit|设备不适用|Equipment not fit for the phase
equipment_not_identified|开始操作前未确认设备|Equipment not identified before work began
time_limit_early|间隔时间不足|Less time between than asked for
time_limit_exceeded|超出时限|Time limit exceeded
lease_expired|授权过期后记录|Made on an expired lease
lease_unknown|无有效授权|Made without a known lease
lease_revoked|收回后记录|Made after the lease was taken back
verification_unknown|复核对象不明|Confirms nothing that is known here
person_locked|PIN锁定期间记录|Made while the person was locked there
container_missing|未写明容器|Container not named
container_unknown|容器未登记|Container not registered
container_not_allocated|容器未分配给本批|Container not allocated to the batch
container_shared|容器被两批使用|Container used by two batches
material_difference|物料未平衡|Material not accounted for
question|审核提问|Question of the review
sample_request|取样申请|Sampling request
sample_unplanned|申请的取样既未计划也无理由|Sample neither planned nor explained
sample_missing|计划的取样无人申请|Nobody asked for a planned sample
allocation_mixed|与非本批物料合并|Filled together with what is not the batch's
container_used_up|取用超过容器所装|More taken than the container held
clock_skew|设备时钟偏差|Device clock off
captured_outside|记录时间不可能|Captured outside of the possible time
seen_wrong|设备所见日志不符|Device saw another log
person_not_permitted|人员无权限|Person not permitted
area_not_permitted|非本人区域|Not this person's area
second_area_not_permitted|非复核人区域|Not the second person's area
wrong_lot|物料批未分配|Lot not allocated
unit_mismatch|单位不符|Unit differs
supplier_not_approved|供应商未获准供应该物料|Supplier not approved for the material
order_unknown|订单中无此行|No such line of an order
order_not_approved|订单未批准|The order is not approved
order_closed|订单行已关闭|Order line closed
order_supplier_other|与订单的供应商不符|Other supplier than ordered from
over_delivered|超订单数量|More than ordered
receipt_expired|到货时已过期|Expired when it came
shelf_life_short|剩余有效期不足|Too little shelf life left
expiry_missing|缺有效期|No expiry date
lot_differs|与已登记的同号批不符|Differs from the lot of this number
inspection_unknown|没有此检验任务|No such inspection
sample_known|样品编号已用过|Sample number used before
container_foreign|容器不属于该批|Container of another lot
container_not_drawn|未抽中的容器，无理由|Not drawn, and no reason
sample_unknown|没有此样品|No such sample
custody_broken|样品流转中断|Chain of custody broken
sample_unfit|样品已作废、流转中断或属其他批|Sample taken back, lost or of another lot
lot_number_foreign|批号非本设备预留|Number not reserved for the device
late_entry|逾期记录|Late entry
post_seal|封存后到达|After the seal
after_disposition|放行后记录|After disposition
reported|人员报告|Reported
severity_minor|轻微|Minor
severity_major|重要|Major
severity_critical|严重|Critical
device_revoked|设备已停用|Device revoked
conflict|冲突|Conflict
manual_weight|手工称量|Weight typed by hand
hold|步骤暂停|Phase held
correction|更正|Correction
remark|备注|Remark
phases|所有步骤已完成|All phases are done
conflicts|所有冲突已裁定|All conflicts are decided
exceptions|所有异常已评估|All exceptions are assessed
deviations|所有偏差已关闭|All deviations are closed
devices|所有设备已交齐|All devices have delivered
paper|纸质副本均有去向，抄录已结束|Every copy on paper is accounted for, and its typing in ended
leases|所有设备已交回|All devices have handed back
results|所有结果符合|All test results are within limits
specification|质量标准各项均有结果|Every test of the specification has a result
yields|收率符合|Yields are within limits
records|表单记录齐全|Every filled form is complete
parents|来源批次无未结事项|Nothing is open of the batches that it came of
batch_reviewed|批记录审核已通过|The review of the batch record stands
production_reviewed|生产部门已审核批生产记录|Production has reviewed its record
held|无滞留记录|No record is held back
quarantine|隔离区无本批内容|Nothing of the batch in quarantine
manual|手工|manual
tablets|片|tablets
balance|天平|balance
blender|混合机|blender
press|压片机|press
calculation_differs|计算不符|Calculation differs
weights_inconsistent|毛重、皮重与净重不符|Gross, tare and net do not agree
quantity_unknown|应称量无法计算|Quantity cannot be calculated
quantity_differs|应称量计算不符|Quantity differs from the calculation
potency_differs|所用检验结果非现行结果|Other test results than those that stand
label_reused|分装标签重复|Label of a dispensed container used twice
rest_differs|容器余量与账面不符|Rest of a container differs from what was reckoned
compensator_early|补偿物料先于活性物料称量|Compensator dispensed before what it makes up for
compensator_outdated|补偿物料称量后活性物料有变|Active material changed after its compensator
second_check_missing|缺少第二人复核|Second person's check missing
not_scanned|未扫描确认|Not confirmed by scan
calibration_overdue|天平校准逾期|Balance calibration overdue
line_incomplete|配料行未完成|Line of dispensing incomplete
samples_incomplete|样本不全|Samples incomplete
subject_mismatch|位置不符|Place differs
slot_unknown|位置未知|Place unknown
lot_not_released|物料批未放行|Lot not released
correction_unknown|更正对象不明|Corrected entry unknown
from_paper|抄录自纸质记录|Typed in from paper
blank_unknown|无此纸质副本|No such copy on paper
blank_used|纸质副本已用过|Copy on paper used before
paper_time_wrong|纸质记录时间不符|Time on paper cannot be
paper_person_unknown|纸质记录操作人不明|Who did it on paper is unknown
paper_unchecked|抄录未经核对|Not compared with the sheet
paper_not_begun|抄录未开始|No typing in had begun
photo_unknown|所指照片不存在|No such photo
verdict_differs|判定不符|Verdict differs
field_twice|同一字段在一条记录中出现两次|One field twice in one entry
field_unknown|表单没有此字段|The form has no such field
first_signature_missing|先于签名的复核|Confirmed before it was signed
meaning_differs|签名含义不同|Signed with another meaning
person_lacks|该人员无权担任此栏要求的工作|The person may not do what the field asks for
person_unknown|没有此人员|Nobody is known by this name
reading_typed|手工输入而非设备读数|Typed instead of read from the device
record_complete|记录完成后补入|Came after the record was complete
record_set_aside|已不再等待此表单|The release does not wait for this form
record_incomplete|已完成但有缺项|Complete, with something missing
record_mismatch|属于另一份记录|It stands in another record
record_unknown|没有此记录|There is no such record
row_struck|写入已作废的行|In a row that is struck out
row_unknown|表单没有此行|The form has no such row
signature_missing|缺少本人密钥签名|Not signed by the person's own key
signed_other_values|所签内容与现有内容不同|Something else was signed than stands here
source_wrong|计算值系手工输入，或输入值标为计算|A calculated value that was typed, or a typed one called calculated
value_wrong|不符合字段要求|Not of the form that the field asks for
limits_differ|限度与质量标准不同|Other limits than the specification's
instrument_overdue|仪器校准逾期|Calibration of an instrument overdue
reagent_expired|试剂或对照品过期|Reagent or standard expired
retest_unknown|复验所指结果不存在|Tests nothing again that is known
specification_differs|不是现行质量标准|Not by the specification in force
results_unfit|与质量标准项目不符|Does not answer the specification
"""


def _table(text: str) -> dict[str, dict[Lang, str]]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return {key: {"zh": zh, "en": en} for key, zh, en in rows}


_PROOF = {
    "zh": "本文件附有全部记录、证明、检查点和公钥（见 PDF 附件）。在任何一台机器上执行 pestle verify 即可核验，"
    "无需服务器和数据库；任何记录的任何字节被更改都会被指出。",
    "en": "All records, proofs, the checkpoint and the keys are attached to this file. “pestle verify” checks it on "
    "any machine, without server or database; any changed byte of any record is named.",
}
_MADE = {
    "zh": "“必定作于”：设备作此记录前已见到的最后一条记录的入账时间，至本条的入账时间，均按日志时钟。"
    "△ 表示服务器对该记录有疑，以及记录时间不可信者。",
    "en": "“Must have been made”: from when the last record was received that the device had seen before, to when this "
    "one was received, both by the log's clock. △ marks what the server found doubtful, and times that cannot be "
    "relied on.",
}
_BLANK_RULES = {
    "zh": "以墨水填写；更正时划去原值并签名、注明日期和理由；系统恢复后录入，并在备注中注明副本号。",
    "en": "Write in ink. Strike through what is wrong and sign it, with date and reason. Type it in once the system is "
    "back, and name this copy in a remark.",
}
LABELS: Mapping[str, Mapping[Lang, str]] = {
    **_table(_LABELS),
    "proof_text": _PROOF,
    "made_text": _MADE,
    "blank_rules": _BLANK_RULES,
}
CODES: Mapping[str, Mapping[Lang, str]] = _table(_CODES)


def labels(lang: Lang) -> dict[str, str]:
    return {key: texts[lang] for key, texts in LABELS.items()}


def word(code: str, lang: Lang) -> str:
    """The word for a code; the code itself where there is none, so that nothing is hidden."""
    return CODES[code][lang] if code in CODES else code
