// SPDX-License-Identifier: LGPL-3.0-or-later
#include "outage.h"

#include <QLoggingCategory>

#include <utility>

namespace {

Q_LOGGING_CATEGORY(logOutage, "semper.process.monitors.outage", QtInfoMsg)

} // namespace

Outage::Outage(QString what)
    : m_what(std::move(what))
{ }

void Outage::begin(const char *why)
{
    if (!std::exchange(m_isOn, true))
        qCWarning(logOutage, "going on without %ls: %s", qUtf16Printable(m_what), why);
}

void Outage::end()
{
    if (std::exchange(m_isOn, false))
        qCInfo(logOutage, "%ls is back", qUtf16Printable(m_what));
}
