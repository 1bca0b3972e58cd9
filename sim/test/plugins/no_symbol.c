/* A shared library that is no store. */
extern const int powercut_nothing;
const int powercut_nothing = 1;
