package checkpoint

// DemoVersion names the demo model that this program makes: the first 16
// digits of the file's sha256. It says, without making the file, whether one
// that lies on disk is of today; tests here and in backend/models keep it true.
const DemoVersion = "9929c89e19565c1c"
