// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/serverapplication.h>

#include <algorithm>

namespace semper {

ServerApplication::ServerApplication() = default;
ServerApplication::~ServerApplication() = default;

Service *ServerApplication::service(QAnyStringView name) const
{
    const auto it = std::ranges::find_if(
        m_services, [&name](const auto &service) { return service->name() == name; });
    return it == m_services.end() ? nullptr : it->get();
}

void ServerApplication::add(std::unique_ptr<Service> service)
{
    std::erase_if(
        m_services, [name = service->name()](const auto &other) { return other->name() == name; });
    m_services.push_back(std::move(service));
}

std::unique_ptr<Service> ServerApplication::take(QAnyStringView name)
{
    const auto it = std::ranges::find_if(
        m_services, [&name](const auto &service) { return service->name() == name; });
    if (it == m_services.end())
        return nullptr;
    std::unique_ptr<Service> service = std::move(*it);
    m_services.erase(it);
    return service;
}

} // namespace semper
