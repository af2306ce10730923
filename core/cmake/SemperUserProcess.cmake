# SPDX-License-Identifier: LGPL-3.0-or-later
function(semper_add_user_process target)
endfunction()
