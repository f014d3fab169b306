export const h: any;
export const render: (tree: any, place: Element) => void;
