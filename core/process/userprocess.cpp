// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/userprocess.h>

namespace semper {

UserProcess::UserProcess(QObject *parent)
    : QObject(parent)
{ }

UserProcess::~UserProcess() = default;

} // namespace semper
