export const pack = "studio_test_nodes";
