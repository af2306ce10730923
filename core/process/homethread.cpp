// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/homethread.h>

#include <QLoggingCategory>

#include <stdexcept>
#include <string>

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHomeThread, "semper.process", QtInfoMsg)

} // namespace

void HomeThread::complain(const char *call)
{
    const std::string text = std::string(call)
        + " was called from another thread than the one it belongs to: have that thread call it, "
          "by "
          "QMetaObject::invokeMethod(), or await the other one's work there, by result(future)";
    qCCritical(logHomeThread, "%s", text.c_str()); // what a thread throws may be lost with it
    throw std::logic_error(text);
}

} // namespace semper
