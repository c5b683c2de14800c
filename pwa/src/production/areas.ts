/** Whether a person's roles hold in the room of a phase, by what the lease says: asked before work, without the server. */
import { Problem } from "../api/client";
import type { Lease, Phase } from "../core/types";

/** The refusal in words; null where they may work. A lease from before there were areas stops nobody. */
export function elsewhere(lease: Pick<Lease, "areas" | "people"> | undefined, person: string | undefined, phase: Phase | null | undefined, as: "works_in" | "stands_by_in" = "works_in"): Problem | null {
  const area = phase?.room ? lease?.areas?.find((one) => one.places.includes(phase.room ?? "")) : undefined;
  const works = lease?.people.find((one) => one.id === person)?.[as] ?? null;
  if (!area || works === null || works.includes(area.area)) return null;
  return new Problem(
    "area_not_permitted",
    0,
    { zh: `${phase?.room} 房间属于「${area.name.zh}」，${as === "works_in" ? "您" : "复核人"}的角色在该区域无效。`, en: `Room ${phase?.room} belongs to ${area.name.en}; ${as === "works_in" ? "your roles" : "the second person's roles"} do not hold there.` },
    { zh: "未签署任何内容；已输入的内容仍在。", en: "Nothing was signed; what was typed is still there." },
    { zh: "请由该区域人员操作；若授权有误，请联系管理员，然后重新领取此批。", en: "Let somebody of that area do it. If this is wrong, ask the administrator, then take the batch along again." },
    { area: area.area, room: phase?.room ?? "" },
  );
}
