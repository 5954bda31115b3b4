export function DoorGlyph() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M7 20V5a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v15M4 20h16M14 12.5v.01"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </svg>
  );
}
