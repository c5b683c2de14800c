/** English words for the schedule of lines: fetched with its screen, not with the first one. */
export const scheduleEn = {
  title: "Schedule", hint: "Drag a batch to a line and a time; or press it and say when. Arrow keys move it, Enter keeps the move.",
  days: "Days", weeks: "Weeks", before: "Earlier", after: "Later", today: "Today", span: "How much is shown",
  line: "Line", lines: "Lines", newLine: "New line", noLines: "There is no line yet.", waiting: "Without a line", nothingWaits: "Every batch has a line.",
  closed: "closed", free: "Nothing is scheduled in this while.", starts: "Start", ends: "End", propose: "Propose the end", none: "No line",
  schedule: "Schedule", takeOff: "Take off the line", reason: "Reason (if any)",
  outside: "outside working time", overlaps: (list: string) => `overlaps ${list}`, conflict: (list: string) => `On the line in this time: ${list}`, short: (list: string) => `short of ${list}`,
  bar: (batch: string, product: string, from: string, to: string) => `${batch} ${product}, ${from} to ${to}`,
  ghost: (batch: string, line: string, from: string) => `${batch}: ${line}, from ${from}. Enter keeps it, Escape drops it.`,
  planned: (day: string) => `planned for ${day}`, lasts: (minutes: number) => `${Math.floor(minutes / 60)} h ${minutes % 60} min`, noDuration: "the recipe says no durations",
  code: "Code of the line", nameZh: "Chinese name", nameEn: "English name", equipment: "Equipment class (if any)", rooms: "Rooms, separated by commas", calendar: "Working calendar", zone: "Time zone",
  shift: (n: number) => `Shift ${n}`, from: "From", to: "To", addShift: "Add a shift", dropShift: "Remove the shift", saveLine: "Set the line", site: "Calendar of the site",
  clock: (zone: string) => `Times by the clock of this device (${zone}).`, plan: "Material plan",
};
