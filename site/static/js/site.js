import "./sheets.js";
import "./forms.js";
