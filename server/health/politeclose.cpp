// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/politeclose.h"

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto closingPatience = 2s;
constexpr qint64 mostClosingBytes = 1024 * 1024;

} // namespace

PoliteClose::PoliteClose(QIODevice &device)
    : QObject(&device)
    , m_device(device)
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &PoliteClose::enough);
    m_limit.start(closingPatience);
    // Not now: what is there already may be too much, and nobody listens yet.
    connect(&device, &QIODevice::readyRead, this, &PoliteClose::readOn);
    QMetaObject::invokeMethod(this, &PoliteClose::readOn, Qt::QueuedConnection);
}

void PoliteClose::readOn()
{
    m_bytes += m_device.readAll().size();
    if (m_bytes > mostClosingBytes)
        Q_EMIT enough();
}

} // namespace semper
