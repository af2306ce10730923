// SPDX-License-Identifier: GPL-3.0-or-later
#include "visitorsprocess.h"

#include <algorithm>

QCoro::Task<> VisitorsProcess::run(semper::Process &process)
{
    const std::chrono::milliseconds interval(process.settings().value(u"interval_ms").toInt(3000));
    process.setTitle(u"visitors");
    process.onRequest([this](const QJsonObject &) {
        return QJsonObject{{QStringLiteral("most"), m_most}};
    });
    while (!process.stopRequested()) {
        const auto connections = co_await process.service().connections();
        m_most = std::max(m_most, connections.size());
        process.gauge(u"visitors").set(connections.size());
        process.gauge(u"most_visitors").set(m_most);
        co_await process.sleep(interval);
    }
}
